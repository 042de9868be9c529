"""Elasticsearch, Logstash and Kibana as they are rendered: what their images ask for, by their
sources. None of them was pulled."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from sdctl.components import versions
from sdctl.components.node import Secret
from sdctl.design import scaling, validation
from sdctl.design.topology import Topology
from sdctl.foundation import certificate
from sdctl.foundation.errors import InvalidProfile, UsageError
from sdctl.state.addresses import addresses
from sdctl.state.stack import Stack
from sdctl.targets.bundle import Bundle
from tests.composed import services
from tests.logstash import plugins

Make = Callable[..., Topology]
MakeBundle = Callable[..., Bundle]
VENDORS = ("search.server=elasticsearch", "dashboards.servers=[grafana, kibana]")
# rakelib/plugins-metadata.json of Logstash 9.4: those of its bundled plugins that are used here
BUNDLED = {
    "input": {"file", "dead_letter_queue"},
    "filter": {"ruby", "mutate", "prune"},
    "output": {"elasticsearch"},
}


@pytest.fixture
def topology(topology_of: Make) -> Topology:
    return topology_of("ha", *VENDORS)


@pytest.fixture
def bundle(bundle_of: MakeBundle) -> Bundle:
    return bundle_of("ha", *VENDORS)


def config(bundle: Bundle, path: str) -> Any:
    return yaml.safe_load(bundle.files[f"config/{path}"])


def test_all_must_be_pulled_and_be_of_one_version(bundle: Bundle) -> None:
    wanted = {
        "elasticsearch": versions.ELASTICSEARCH,
        "logstash": versions.LOGSTASH,
        "kibana": versions.KIBANA,
    }
    for name, reference in wanted.items():
        service = services(bundle)[f"{name}-1"]
        assert (service["image"], "build" in service) == (reference, False)
    assert len({reference.rpartition(":")[2] for reference in wanted.values()}) == 1


def test_ha_must_have_three_nodes_and_each_join_by_itself(
    topology: Topology, bundle: Bundle, bundle_of: MakeBundle
) -> None:
    assert [node.name for node in topology.tiers["search"]] == [
        f"elasticsearch-{n}" for n in (1, 2, 3)
    ]
    five = bundle_of("ha", *VENDORS, "search.nodes=5").specs
    for name in ("elasticsearch-1", "elasticsearch-2", "elasticsearch-3"):
        assert bundle.specs[name] == five[name], "another node must change no other"
    # the alias is every node's
    aliases = services(bundle)["elasticsearch-3"]["networks"]["logs"]["aliases"]
    seeds = config(bundle, "elasticsearch/elasticsearch.yml")["discovery.seed_hosts"]
    assert seeds == aliases == ["elasticsearch"]


def test_the_stand_in_must_be_one_node_and_say_so(topology_of: Make) -> None:
    ours = topology_of("ha", "search.server=opensearch")
    assert [node.name for node in ours.tiers["search"]] == ["opensearch-1"]
    with pytest.raises(UsageError, match="opensearch here, which is always 1 node"):
        scaling.overrides(ours.profile, ["search=3"])
    theirs = topology_of("ha", *VENDORS)
    assert scaling.overrides(theirs.profile, ["search=5"]) == ("search.nodes=5",)


def test_security_must_be_on_and_the_transport_encrypted(bundle: Bundle) -> None:
    settings = config(bundle, "elasticsearch/elasticsearch.yml")
    assert settings["xpack.security.enabled"] is True
    assert settings["xpack.security.transport.ssl.enabled"] is True
    assert settings["xpack.security.transport.ssl.client_authentication"] == "required"
    assert settings["network.host"] == "0.0.0.0", "a file in place of the image's must repeat it"
    marks = [settings[f"cluster.routing.allocation.disk.watermark.{mark}"]
             for mark in ("low", "high", "flood_stage")]  # fmt: skip
    assert [int(mark.removesuffix("b")) for mark in marks] == [
        count * 512 * 1024**2 for count in (3, 2, 1)
    ]


def test_elasticsearch_must_get_what_its_bootstrap_checks_want(bundle: Bundle) -> None:
    service = services(bundle)["elasticsearch-1"]
    assert service["ulimits"]["nofile"] == 65535
    assert config(bundle, "elasticsearch/elasticsearch.yml")["node.store.allow_mmap"] is False
    heap = int(service["environment"]["HEAP_MB"]) * 1024**2
    assert heap <= service["mem_limit"] / 2
    assert service["volumes"][0].endswith(":/usr/share/elasticsearch/data"), "it declares no volume"


def test_secrets_must_be_in_no_file_and_the_certificate_be_one_pair() -> None:
    stack = Stack("sdctl")
    stack.make_secrets([Secret("search_transport", kind="certificate"), Secret("x")])
    value = stack.secrets()["search_transport"]
    pem = base64.b64decode(value)
    key = serialization.load_pem_private_key(pem, None)
    [made] = x509.load_pem_x509_certificates(pem[pem.index(b"-----BEGIN CERT") :])
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert key.public_key().public_bytes(*form) == made.public_key().public_bytes(*form)
    made.verify_directly_issued_by(made)
    assert certificate.make() != value
    stack.make_secrets([Secret("search_transport", kind="certificate")])
    assert stack.secrets()["search_transport"] == value, "a second `up` must not make another"


@pytest.mark.parametrize("component", ["elasticsearch", "logstash", "kibana"])
def test_scripts_must_read_only_names_that_their_node_has(bundle: Bundle, component: str) -> None:
    environment = set(services(bundle)[f"{component}-1"]["environment"])
    used = set()
    for path, text in bundle.files.items():
        if path.startswith(f"config/{component}/"):
            used |= set(re.findall(r"\$\{?([A-Z_]{3,})\b", text))
    assert used <= environment
    assert used, "it has a password"


def test_only_what_logstash_may_do_must_be_in_its_role(bundle: Bundle) -> None:
    role = config(bundle, "elasticsearch/role_collector.json")
    [lines] = role["indices"]
    assert lines["names"] == ["logs-*", "events-*"]
    assert "read" not in lines["privileges"]
    assert "all" not in lines["privileges"]
    reader = config(bundle, "elasticsearch/role_reader.json")["indices"][0]["privileges"]
    assert not {"write", "create", "delete", "delete_index", "all"} & set(reader)


def test_both_servers_must_be_told_the_same_fields(bundle_of: MakeBundle, bundle: Bundle) -> None:
    theirs = json.loads(bundle.files["config/elasticsearch/lines.json"])["template"]
    ours = json.loads(bundle_of("standard").files["config/rsyslog/lines.json"])
    time = {"type": "date_nanos"}
    own = {"data": {"type": "flattened"}, "@timestamp": time, "read_at": time}
    assert theirs["mappings"]["properties"] == {**ours["template"]["mappings"]["properties"], **own}
    assert theirs["settings"]["index.auto_expand_replicas"] == "0-1"
    assert "index.number_of_replicas" not in theirs["settings"]


def test_what_nobody_searches_must_not_be_refreshed(bundle_of: MakeBundle, bundle: Bundle) -> None:
    """With an interval of its own an index is refreshed whether anybody searches it or not."""
    for made, name in ((bundle, "elasticsearch"), (bundle_of("standard"), "rsyslog")):
        assert "refresh" not in made.files[f"config/{name}/lines.json"]


@pytest.mark.parametrize("name", ["lines", "refused"])
def test_a_pipeline_must_be_of_bundled_plugins(bundle: Bundle, name: str) -> None:
    found = plugins(bundle.files[f"config/logstash/{name}.conf"])
    assert [section for section, _, _ in found] == [
        "input",
        "filter",
        "output",
    ] or name == "refused"
    for section, plugin, _ in found:
        assert plugin in BUNDLED[section], (section, plugin)


def test_a_line_must_be_made_once_with_an_id_of_its_own(bundle: Bundle) -> None:
    for name in ("lines", "refused"):
        [output] = [
            options
            for section, _, options in plugins(bundle.files[f"config/logstash/{name}.conf"])
            if section == "output"
        ]
        assert output["action"] == "create"
        assert output["document_id"] == "%{[@metadata][id]}"
        assert output["index"] == "%{[@metadata][index]}"
        # with ECS on or one of these left out it would write into a data stream
        assert (output["data_stream"], output["manage_template"]) == ("false", "false")
        assert output["password"] == "${SEARCH_PASSWORD}"
        assert len(output["hosts"]) == 3
    assert config(bundle, "logstash/logstash.yml")["pipeline.ecs_compatibility"] == "disabled"


def test_logstash_must_be_bounded_on_disk_and_listen_for_its_probe(bundle: Bundle) -> None:
    settings = config(bundle, "logstash/logstash.yml")
    assert settings["queue.type"] == "persisted"
    assert settings["queue.max_bytes"] == f"{512 * 1024**2}b"
    assert settings["dead_letter_queue.enable"] is True
    assert settings["api.http.host"] == "0.0.0.0"
    assert settings["allow_superuser"] is True, "9 refuses to run as 0 otherwise"
    service = services(bundle)["logstash-1"]
    assert (service["user"], service["cap_drop"]) == ("0:0", ["ALL"])
    # the image's own entry would rewrite its settings for NODE_NAME
    assert service["entrypoint"] == ["bash", "/etc/sdctl/start.sh"]
    assert service["logging"]["driver"] == "local"
    assert any(volume.endswith(":/containers:ro") for volume in service["volumes"])
    pipelines = {
        pipeline["pipeline.id"]: pipeline for pipeline in config(bundle, "logstash/pipelines.yml")
    }
    for pipeline in pipelines.values():
        assert pipeline["path.config"].replace("/etc/sdctl/", "config/logstash/") in bundle.files


def test_kibana_must_be_provisioned_with_objects_that_refer_to_each_other(bundle: Bundle) -> None:
    lines = bundle.files["config/kibana/objects.ndjson"].splitlines()
    objects = {saved["id"]: saved for saved in map(json.loads, filter(None, lines))}
    assert {saved["attributes"]["title"] for saved in objects.values()} >= {
        "logs-*", "events-*", "One request's journey",
    }  # fmt: skip
    for saved in objects.values():
        assert saved["type"] in ("index-pattern", "search")
        for reference in saved["references"]:
            assert objects[reference["id"]]["type"] == reference["type"]
        if saved["type"] == "search":
            source = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
            assert source["indexRefName"] == saved["references"][0]["name"]
    [[time, order]] = objects["sdctl-journey"]["attributes"]["sort"]
    assert (time, order) == ("@timestamp", "asc")


def test_kibana_must_not_be_the_superuser_and_keep_its_keys(bundle: Bundle) -> None:
    settings = config(bundle, "kibana/kibana.yml")
    assert settings["elasticsearch.username"] == "kibana_system", "`elastic` ends it at its start"
    assert settings["elasticsearch.password"] == "${KIBANA_PASSWORD}"
    keys = [value for name, value in settings.items() if name.endswith("ncryptionKey")]
    assert keys == ["${ENCRYPTION_KEY}"] * 3
    assert "config/kibana/kibana.yml" in bundle.files


def test_env_must_show_both_pages_and_the_search_login_only_when_exposed(
    topology_of: Make,
) -> None:
    topology = topology_of("standard", *VENDORS, "search.expose=true")
    secrets = {secret.name: f"pw-{secret.name}" for secret in topology.secrets}
    found = addresses(topology, secrets, "127.0.0.1")
    assert found["dashboards"]["kibana"] == {
        "url": "http://127.0.0.1:5601", "user": "sdctl", "password": "pw-kibana",
    }  # fmt: skip
    assert found["dashboards"]["grafana"]["url"] == "http://127.0.0.1:3000"
    assert found["connections"]["search"] == "http://elastic:pw-search_superuser@127.0.0.1:9200"
    hidden = addresses(topology_of("standard", *VENDORS), secrets, "127.0.0.1")
    assert "search" not in hidden["connections"]


def test_what_does_not_work_together_must_be_refused_and_the_rest_follow(
    topology_of: Make,
) -> None:
    assert [n.name for n in topology_of("standard", VENDORS[0]).tiers["collector"]] == [
        "logstash-1"
    ]
    changes = ["search.server=opensearch", "collector.server=logstash"]
    with pytest.raises(InvalidProfile) as error:
        validation.load("standard", changes)
    assert [problem.path for problem in error.value.problems] == ["collector.server"]

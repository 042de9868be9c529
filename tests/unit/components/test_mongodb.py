"""The vendor's document store, as it is rendered: what its image asks for, by its sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sdctl.components import versions
from sdctl.targets.bundle import Bundle
from tests.composed import services

MakeBundle = Callable[..., Bundle]
VENDOR = "documents.server=mongodb"


def members(bundle: Bundle) -> dict[str, Any]:
    return {name: s for name, s in services(bundle).items() if name.startswith("mongodb-")}


def test_a_member_must_be_pulled_and_run_as_the_images_own_user(bundle_of: MakeBundle) -> None:
    bundle = bundle_of("standard", VENDOR)
    assert not any(path.startswith("images/mongodb/") for path in bundle.files)
    assert len(members(bundle)) == 3
    for service in members(bundle).values():
        assert (service["image"], "build" in service) == (versions.MONGODB, False)
        assert (service["user"], service["cap_drop"]) == ("999:999", ["ALL"])
        # it hands over and is quiet for 15 s first
        assert float(service["stop_grace_period"].removesuffix("s")) > 15
        paths = {volume.split(":")[1] for volume in service["volumes"]}
        assert {"/data/db", "/data/configdb"} <= paths


def test_no_member_may_have_a_database_of_its_own_before_it_joins(bundle_of: MakeBundle) -> None:
    for service in members(bundle_of("standard", VENDOR)).values():
        assert not [name for name in service["environment"] if name.startswith("MONGO_INITDB")]


def test_another_member_must_change_no_other(bundle_of: MakeBundle) -> None:
    three = bundle_of("standard", VENDOR).specs
    five = bundle_of("standard", VENDOR, "documents.nodes=5").specs
    for name in ("mongodb-1", "mongodb-2", "mongodb-3"):
        assert three[name] == five[name]


def test_scripts_must_read_only_names_that_a_member_has(bundle_of: MakeBundle) -> None:
    bundle = bundle_of("standard", VENDOR)
    environment = members(bundle)["mongodb-1"]["environment"]
    shell = bundle.files["config/mongodb/start.sh"]
    script = bundle.files["config/mongodb/join.js"]
    [destructured] = re.findall(r"const \{ ([\w, ]+) \} = process\.env", script)
    used = set(re.findall(r"\$([A-Z_]+)", shell)) | set(destructured.split(", "))
    used |= set(re.findall(r"process\.env\.([A-Z_]+)", script))
    assert used <= set(environment)
    assert {"MEMBER_KEY", "ROOT_PASSWORD", "ELECTION_TIMEOUT_MS"} <= used


def test_the_app_must_be_told_which_server_it_is(bundle_of: MakeBundle) -> None:
    environment = services(bundle_of("standard", VENDOR))["app-1"]["environment"]
    assert environment["DOCUMENTS_SERVER"] == "mongodb"
    assert environment["DOCUMENTS_HOSTS"] == "mongodb-1,mongodb-2,mongodb-3"

"""docs/settings.md, from the settings themselves; a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.components.component import Component
from sdctl.design import profile_keys, setting_texts

_HEAD = """# Settings

This page is for people who want to change a setting. It has every setting of a profile and of
every tier, with its default and its bounds. It is made from the settings themselves
(`sdctl/design/profile_keys.py`, `sdctl/components/`), and a test compares the two.

## How to write them

Write a setting into a profile's file, or change it with `--set tier.setting=value`. `sdctl profiles
standard > mine.yaml` gives a file with all of them. A file may also say only what is different:

```yaml
extends: lite
app:
  replicas: 4
cache:
  ttl: 30s
```

- Any profile that comes with `sdctl` can be extended. The file's sections are laid over those of
  that profile, setting by setting. `tiers`, `images` and `description` replace its own.
- `images` is one word, or a section: `{from: local, load: "my-loader {image}"}`. `images.push` and
  `images.load` are for a stack on a cluster. Elsewhere they change nothing, and `up` says so.
- Times are written `500ms`, `30s`, `5m`, `1h`, `7d`. A number alone counts seconds.
- Sizes are written `64kb`, `64mb`, `1gb`. A number alone counts bytes.
- In a file, every value is the text that was written. A name may be there only once. Aliases
  (`*x`), merges (`<<`) and tags (`!x`) are refused. A file has at most 64 kb.
- A file may have settings of a tier that is off. With `--set` they are refused, because they would
  change nothing. A tier is off if `tiers` does not name it, or if this machine cannot have it.

A value out of bounds is refused before anything is created, with exit code 2. So is a setting that
contradicts another one. All problems of a file are shown at once, each with its line. Whether
settings agree is checked when each section is right by itself.

## What must agree

| What must be so | Because |
|---|---|
| `gateway.timeout` and `lb.timeout` are at least `app.request_timeout` | the answer would come \
too late |
| `gateway.timeout` is at least `lb.timeout` | the gateway would give up first |
| `lb.max_replicas` is at least `app.replicas` | a replica without a slot gets no requests |
| `max_connections` of `gateway` and of `lb` fits in their `memory` | with too many connections, \
HAProxy would be killed |
| `database.max_connections` is at least all pools of `app` and `worker`, and 10 | each replica \
has a pool and asks each node what it is; 10 are for all others |
| `documents.max_connections` is at least all pools of `documents.pool_size`, and 10 | the same |
| `shared_buffers` and `max_connections` of `database` and of `documents` fit in their `memory` | \
the server would not start, or be killed |
| `ttl` of `database` and of `documents` is at least `loop_wait` + 2 × `retry_timeout` | that is \
Patroni's rule |
| with `durability: protection` there are 2 nodes or more | each write waits for a follower |
| `cache.max_memory`, a quarter more, and 16 MB fit in `cache.memory` | a node would be killed \
before it evicts |
| `search.heap` and 256 MB fit in `search.memory`; for Elasticsearch twice the heap | Java needs \
more memory than its heap |
| the host ports of all tiers differ, also those of each node of a tier | two nodes cannot share \
a port |
| `expose` is set only where a tier has an entry point | nothing would be published |
"""


def page(components: Mapping[str, Component]) -> str:
    """The whole page, a table for each tier in the order of their names."""
    tiers = {tier: component.settings for tier, component in sorted(components.items())}
    sections = {**profile_keys.SECTIONS, **tiers}
    parts = [f"\n## {name}\n\n{_table(settings)}" for name, settings in sections.items()]
    parts.insert(0, f"\n## The profile itself\n\n{_keys()}")
    return _HEAD + "".join(parts)


_COLUMNS = ("| Setting | Default | Allowed | |", "|---|---|---|---|")


def _keys() -> str:
    rows = [
        f"| `{name}` | {key.default} | {key.allowed} | {key.text} |"
        for name, key in profile_keys.KEYS.items()
    ]
    return "\n".join((*_COLUMNS, *rows)) + "\n"


def _table(model: type[Any]) -> str:
    notes = setting_texts.notes(model)
    rows = [*_COLUMNS]
    for name, field in model.model_fields.items():
        default = setting_texts.text_of(field, field.get_default(call_default_factory=True))
        allowed, note = setting_texts.allowed_of(field), notes.get(name, "")
        shown = f"`{default}`" if default else "empty"
        rows.append(f"| `{name}` | {shown} | {allowed} | {note} |")
    return "\n".join(rows) + "\n"

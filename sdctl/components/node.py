"""What a component says of its nodes, in words that are free of what will run them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

_EMPTY: Mapping[str, str | Secret] = MappingProxyType({})


@dataclass(frozen=True)
class Secret:
    """A password or key by name, generated per stack; its value is never in a rendered file.

    ``certificate``: a key and its certificate for ``hosts``, see ``certificate.py``.
    ``mark``: no secret but a name for one life of a cluster. Another is made when it is ``of``
    other members than before, so it never comes back.
    """

    name: str
    kind: Literal["password", "certificate", "mark"] = "password"
    hosts: tuple[str, ...] = ()
    of: str = ""
    """Letters and digits that say which members a ``mark`` is of."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """What the observer shows at a port that lets nobody else in: a password, or a certificate."""

    secret: Secret
    user: str = "observer"
    database: str = ""
    """What it asks for, where the server wants to know."""

    @property
    def variable(self) -> str:
        """The secret's name in the observer's environment."""
        return f"{self.secret.name.upper()}_SECRET"


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port a node listens on; ``publish`` also opens it on this machine.

    ``host`` is the wanted host port; None with ``publish`` leaves the choice to the engine.
    """

    name: str
    number: int
    publish: bool = False
    host: int | None = None
    setting: str = "port"
    """Which one of its tier says so."""
    login: Login | None = None
    """How the observer is let in, where not everybody is."""
    ready: str = ""
    """Its path that answers 200 when the node can take requests; empty: it says nothing of that."""
    inside: bool = False
    """Closed to a network with a way out: its server listens where ``<NAME>_HOST`` says, the node's
    name on its first network without one. Only a node that is on both is told so."""


TMP = "/tmp"
HOME = "/home/sdctl"
"""Of the user that the images built here run as."""

EDGE = "edge"
"""The way in: the gateway, alone. What else listens here would be a way around it."""
ACCESS = "access"
"""What people open on this machine besides: the observer, dashboards, what is exposed."""
SERVICE = "service"
"""From the gateway by way of the balancer to the services, and those who read their figures."""
DATA = "data"
"""Where the services meet their stores."""
OPEN_NETWORKS = (EDGE, ACCESS)
"""All others are inside: no way out of the machine, and none in."""


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Data that outlives a node's restart: a path inside the node."""

    name: str
    path: str
    size: int = 0
    """Bytes that it holds at most; it is in memory then. 0: no limit but the disk."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What a node takes when the stack is up and nothing is asked of it.

    Measured a minute after `up lite` and `up standard` on 2 cores and 24 GB, from the kernel's own
    counters. All nodes together took 515 and 1,795 MiB; these figures say 561 and 1,789. After a
    load of half an hour it was 2,399 MiB. Processors, over 60 s each: 0.071 and 0.073 of one for
    `lite`, 0.36 and 0.38 for `standard`, beside other work; these figures say 0.073 and 0.340.
    """

    memory: int
    """Bytes, without the files that the kernel keeps for it."""
    processors: float
    """Of one processor; 0.01 is a hundredth of it."""
    scraped: float = 0.0
    """What is added where a node ``asks`` for its figures."""
    asks: bool = False
    """Whether it asks every node for its figures, again and again."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """Built locally from ``templates/<name>/image`` and parts of the sdctl package; with a
    ``reference`` (``mongo:8.0.29``) a vendor's, pulled and never built."""

    name: str
    shared: tuple[str, ...] = ()
    """Folders of templates whose ``image/`` it has too, as other images do: ``patroni``."""
    sources: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    """Folders among the sources to which plug-ins add files: ``observer/probes``."""
    reference: str | None = None
    size: int = 0
    """Bytes that it adds to its base; 0: nobody measured it."""
    build_s: float = 0.0
    """Seconds to fetch what it needs and to build it on two processors, measured with nothing kept
    from earlier builds; 0: likewise."""


Ability = Literal[
    "pause", "hold down", "limit the CPU of", "change the network of", "cut off",
    "drain the machine of", "one clock",
    "logs of all nodes", "usage of all nodes", "processes of all nodes", "scale by load",
    "renew by turns", "images brought",
]  # fmt: skip
"""What a target may be able to do beyond running nodes: freeze one where it is; keep one down that
was stopped or killed; limit the CPU time of one that runs; run a helper inside a node's network,
with the right to change it; keep nodes from opening connections to each other; empty the machine
that a node is on; stamp all logs by one clock; show a node the logs of all nodes; show a node what
CPU and memory all of them use; show a node how many processes each of them has; bring and take
replicas by itself as the load asks; make changed replicas anew by turns by itself; have images
brought to it, as it does not see those of this machine."""
ALL_ABILITIES: frozenset[Ability] = frozenset(get_args(Ability))


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all nodes of a component have alike, but for what each node's number changes in it."""

    component: str
    tier: str
    image: Image
    networks: tuple[str, ...]
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    """In place of the image's own, which then does not run."""
    user: str = ""
    """Who it runs as, where its image would start as root; empty: as the image says."""
    env: Mapping[str, str | Secret] = field(default_factory=lambda: _EMPTY)
    ports: tuple[Port, ...] = ()
    collected: bool = True
    """Whether the collector reads its log; otherwise nobody but people does."""
    open_files: int | None = None
    """How many it must be able to have open, where the target's default may be too few."""
    processes: int = 512
    """How many processes and threads it may have. Each component says its own: some times what was
    counted under load on two cores, since many have a thread for each core, and room for who looks
    in (``sdctl shell``). What serves each connection by a process counts those."""
    scratch: tuple[str, ...] | None = (TMP,)
    """Folders that it may write to and that are gone when it ends. Besides those and its volumes
    everything it sees is read-only. None: it writes into its image's own folders."""
    background: bool = False
    """Whether it takes only the CPU time that the services leave over."""
    rest: Rest | None = None
    """What it takes at rest; None: nobody measured it."""
    needs: tuple[str, ...] = ()
    """Tiers that must be ready before this node starts."""
    stop_grace_s: float = 10.0
    stop_signal: str = "SIGTERM"
    observes: bool = False
    """Whether it asks all others: it is on a network of each, and has the logins of their ports."""

    @property
    def inside(self) -> tuple[str, ...]:
        """Its networks that have no way out."""
        return tuple(name for name in self.networks if name not in OPEN_NETWORKS)


@dataclass(frozen=True, kw_only=True)
class Node(Shared):
    """One running thing, ``<component>-<n>``."""

    name: str
    ordinal: int
    memory: int
    """Limit in bytes."""
    volumes: tuple[Volume, ...] = ()

    def port(self, name: str) -> Port:
        """The port called ``name``; KeyError if the node has none."""
        for port in self.ports:
            if port.name == name:
                return port
        raise KeyError(f"{self.name} has no port {name}")

"""Brings Patroni's cluster-wide settings to what the profile says, at each start of a node.

Patroni reads ``bootstrap.dcs`` once in a cluster's life; after that the consensus store is the
truth. This sends the same settings again (a no-op when they agree), so that a changed profile
takes effect with the data in place. However long that takes: nobody else would do it.
"""

import math
from pathlib import Path

from cluster_settings import change, compare

change(Path("/etc/sdctl/dynamic.json").read_bytes(), within_s=math.inf)
compare()

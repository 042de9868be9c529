"""What the kernel says of a node's control group, asked inside the node: of version 2, and of
version 1 under the names that its parts have there."""

from __future__ import annotations

from dataclasses import dataclass

NO_LIMIT = -1
IDLE_LEAST = 0.05
"""A machine of whose processors less is idle has none to spare."""
"""Of a machine with less idle, nobody gets more than its share."""
_READ_MEMORY = """
cd /sys/fs/cgroup
if [ -r memory.max ]; then
  limit=$(cat memory.max); used=$(cat memory.current)
  idle=$(sed -n 's/^inactive_file //p' memory.stat)
  hit=$(sed -n 's/^max //p' memory.events); killed=$(sed -n 's/^oom_kill //p' memory.events)
else
  limit=$(cat memory/memory.limit_in_bytes); used=$(cat memory/memory.usage_in_bytes)
  idle=$(sed -n 's/^total_inactive_file //p' memory/memory.stat)
  hit=$(cat memory/memory.failcnt); killed=$(sed -n 's/^oom_kill //p' memory/memory.oom_control)
fi
"""
CPU_LIMIT = (
    "sh",
    "-c",
    "cd /sys/fs/cgroup; if [ -r cpu.max ]; then cat cpu.max; "
    "else echo $(cat cpu/cpu.cfs_quota_us) $(cat cpu/cpu.cfs_period_us); fi",
)
"""Prints the quota (``max``: none) and the period, in microseconds."""
CPU_USED = (
    "sh",
    "-c",
    """
cd /sys/fs/cgroup
used() {
  if [ -r cpu.max ]; then sed -n 's/^usage_usec //p' cpu.stat
  else echo $(($(cat cpuacct/cpuacct.usage) / 1000)); fi
}
now() { echo $(($(date +%s%N) / 1000)); }
idle() { set -- $(head -n 1 /proc/stat); echo "$5"; }
all() { set -- $(head -n 1 /proc/stat); shift; sum=0; for n in "$@"; do sum=$((sum + n)); done
  echo "$sum"; }
timeout 10 sh -c 'while :; do :; done' & busy=$!
sleep 0.3; used=$(used); began=$(now); idle=$(idle); all=$(all)
sleep 2; used=$(($(used) - used)); lasted=$(($(now) - began))
kill "$busy"; echo "$used $lasted $(($(idle) - idle)) $(($(all) - all))"
""",
)
"""Is as busy as it may for 2 s, and prints for how long the node's processes ran in which time, in
microseconds; and of how many ticks of the machine's processors how many were idle meanwhile."""
MEMORY = ("sh", "-c", _READ_MEMORY + 'echo "$limit $used $idle $hit $killed"')
"""Prints what ``memory`` reads."""


def fill_memory(path: str, share: float) -> tuple[str, ...]:
    """Writes a file, in memory, of the size that is missing until this share of the node's limit is
    in use."""
    script = (
        _READ_MEMORY + 'size=$((limit * $2 / 1000 - used + idle)); [ "$size" -gt 0 ] || exit 0; '
        'exec head -c "$size" /dev/zero > "$1"'
    )
    return ("sh", "-c", script, "fill", path, f"{share * 1000:.0f}")


def cpu_limit(text: str) -> tuple[int, int]:
    """Quota (``NO_LIMIT``: none) and period in microseconds. Raises ``ValueError``."""
    quota, period = text.split()
    return NO_LIMIT if quota == "max" else int(quota), int(period)


def cpu_used(text: str) -> float:
    """Of one processor, in percent. Raises ``ValueError``."""
    used, lasted, *_ = map(int, text.split())
    return 100 * used / lasted


def machine_full(text: str) -> str:
    """From the same: in words, that the machine had no processor to spare; empty where it had."""
    *_, idle, total = map(int, text.split())
    share = idle / max(total, 1)
    full = f"the machine was full ({share:.0%} idle), so the node could not take its share"
    return full if share < IDLE_LEAST else ""


@dataclass(frozen=True)
class MemoryUse:
    """In bytes; and what the kernel counted since the node was started."""

    limit: int
    used: int
    idle: int
    """Of that, files that it gives back at once."""
    hit: int
    """How often the limit stood in the way."""
    killed: int
    """Processes that it killed for want of memory."""

    @property
    def share(self) -> float:
        """Of the limit, in percent."""
        return 100 * (self.used - self.idle) / self.limit


def memory(text: str) -> MemoryUse:
    """What ``MEMORY`` printed. Raises ``ValueError``."""
    limit, used, idle, hit, killed = map(int, text.split())
    return MemoryUse(limit, used, idle, hit, killed)

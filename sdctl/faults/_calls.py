"""Calls of nodes to the helpers of a fault, by which it is seen who reaches whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sdctl.targets.operations import THIS_FAULT, Exec

if TYPE_CHECKING:
    from sdctl.targets.target import Output

_CALL = r"""
use Socket;
my ($fault, $me, @nodes) = @ARGV;
my $port = 27183 + ($fault =~ /-(\d+)$/ ? $1 % 1000 : 0);
socket(my $own, PF_INET, SOCK_DGRAM, 0) or die "$!\n";
bind($own, pack_sockaddr_in($port, INADDR_ANY)) or die "$!\n";
my @to = map { pack_sockaddr_in($port, $_) } grep { defined } map { inet_aton($_) } @nodes;
my %came = map { $_ => 0 } @nodes;
for (1 .. 8) {
  send($own, "sdctl hello $fault $me", 0, $_) for @to;
  for (my $left = 0.1; $left > 0;) {
    vec(my $ready = "", fileno($own), 1) = 1;
    (my $found, $left) = select($ready, undef, undef, $left);
    next unless $found > 0;
    recv($own, my $said, 200, 0);
    $came{$1}++ if $said =~ /^sdctl hello \Q$fault\E (\S+)$/ && exists $came{$1};
  }
}
print "$_ $came{$_}\n" for @nodes;
"""
"""Calls the helpers, as they call it (``observer/link/calling.py``), and prints of each how many of
its calls came. In Perl, which every Debian has (perl-base is essential there); so nothing is put
into a node for it."""


def call(node: str, helped: Sequence[str]) -> Exec:
    """A node calls the helpers of this fault in these nodes, and listens to theirs."""
    command = ("perl", "-e", _CALL, THIS_FAULT, node, *helped)
    return Exec(node=node, command=command, cause="see who reaches it")


def came(output: Output) -> Mapping[str, int]:
    """Pure: by helper's node, how many of its calls came."""
    lines = (line.split() for line in output.stdout.splitlines())
    return {node: int(count) for node, count in lines}

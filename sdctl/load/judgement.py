"""What a load's result deserves: an error where it is not what was asked for, or does not count."""

from __future__ import annotations

from sdctl.foundation.errors import SdctlError, VerdictFalse, VerdictUnknown
from sdctl.load.result import LoadResult
from sdctl.load.validity import SLOW


def judgement(result: LoadResult) -> SdctlError | None:
    """What a result deserves; None: nothing is wrong with it.

    How requests ended are facts, also when the latencies do not count, unless the generator could
    not send them.
    """
    limit = result.limit
    facts = limit is None or limit.whose in SLOW
    false = [assertion for assertion in result.assertions if assertion.ok is False]
    if facts and result.hopeless:
        ended = (*result.by_status.items(), *result.by_error.items())
        return VerdictFalse(
            f"every request failed ({', '.join(f'{why}: {count}' for why, count in ended)})",
            hint=next((_WHY[error] for error in result.by_error if error in _WHY), _SHOWN),
        )
    if facts and (wrong := [assertion.expr for assertion in false if assertion.counts]):
        return VerdictFalse(f"not so: {', '.join(wrong)}", hint=_SHOWN)
    if limit is not None:
        return VerdictUnknown(str(limit), hint=limit.hint)
    if false:
        return VerdictFalse(
            f"not so: {', '.join(assertion.expr for assertion in false)}", hint=_SHOWN
        )
    if missing := [assertion.expr for assertion in result.assertions if assertion.ok is None]:
        return VerdictUnknown(f"not measured: {', '.join(missing)}", hint=_SHOWN)
    return None


_SHOWN = "The figures above show how each request ended."
_WHY = {
    "refused": "Nothing listens there: is the address right, and does the service run?",
    "dns": "The name has no address: is it spelt right?",
    "unreachable": "No way leads there: is the address right?",
    "connect_timeout": "Nobody takes the connection: is the address right? Is there a firewall?",
    "protocol": "What answers there does not speak HTTP/1.1: is the port right?",
}

"""Which target a stack has."""

from __future__ import annotations

import pytest

from sdctl.foundation.errors import UsageError
from sdctl.targets.opening import open_target
from sdctl.targets.placement import Placement


def test_a_target_that_is_not_there_must_be_told_with_where_it_may_come_from() -> None:
    with pytest.raises(UsageError, match="no target 'paper'") as refused:
        open_target("sdctl", Placement("paper"))
    assert refused.value.hint == (
        "There is: compose, kubernetes. Is it one of a plug-in (SDCTL_PLUGINS)?"
    )

"""What a profile is refused for."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.foundation.errors import InvalidProfile


def refused(*changes: str, name: str = "standard") -> dict[str, str]:
    """What it is refused for, by the path of the setting."""
    with pytest.raises(InvalidProfile) as caught:
        validation.load(name, changes)
    assert all(len(detail) < 400 for detail in caught.value.details), "a value is shown whole"
    return {problem.path: problem.message for problem in caught.value.problems}

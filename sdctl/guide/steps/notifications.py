"""Step 7: telling the user."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sdctl.app.contract import USERS
from sdctl.foundation.http_messages import HttpRequest
from sdctl.guide.tour_commands import Came, Curl
from sdctl.guide.tour_step import SOON_S, Act, Promise, TourStep, Trail


def _inbox(trail: Trail, after: int = 0) -> Curl:
    more = f"&after={after}" if after else ""
    return Curl(request=HttpRequest(path=f"{USERS}/{trail.user}/notifications?poll=1{more}"))


def _about(trail: Trail, came: Came) -> list[Any]:
    """The ids of the notifications about the last order."""
    notices = came.answer.get("notifications") or ()
    return [notice["id"] for notice in notices if notice["order_id"] == trail.order_id]


def _read(trail: Trail, came: Came) -> Trail:
    return replace(trail, notice_id=int(came.answer.get("last_id") or 0))


STEP = TourStep(
    place=7,
    title="Notifications: the user may be away",
    purpose="A user who is connected hears at once that the order is done. A user who is away "
    "must not miss it: each has an inbox that keeps what happened until the user says that it "
    "was read. So each notification arrives, and none is lost on the way.",
    needs_order=True,
    acts=(
        Act(
            does=_inbox,
            keeps=_read,
            tiers=("worker",),
            within_s=SOON_S,
            promises=(
                Promise(
                    says="The inbox kept the news of the order {trail.order_id}: there is one "
                    "notification about it, not none and not two.",
                    holds=lambda trail, came: len(_about(trail, came)) == 1,
                ),
            ),
        ),
        Act(
            does=lambda trail: _inbox(trail, trail.notice_id),
            tiers=("worker",),
            promises=(
                Promise(
                    says="after=… says that it was read, so it does not come again.",
                    holds=lambda trail, came: (
                        came.answer.status == 200 and _about(trail, came) == []
                    ),
                ),
            ),
        ),
    ),
    more=(f"sdctl curl GET '{USERS}/ada/notifications?poll=1'",),
)

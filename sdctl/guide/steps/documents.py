"""Step 8: the document store."""

from __future__ import annotations

import json
from dataclasses import replace

from sdctl.app.contract import EVENTS
from sdctl.foundation.http_messages import HttpRequest
from sdctl.guide.tour_commands import Came, Curl
from sdctl.guide.tour_step import Act, Promise, TourStep, Trail

_EVENT = {"kind": "page-view", "page": "/books", "from": {"country": "IN", "tags": ["new", 7]}}


def _kept(trail: Trail, came: Came) -> Trail:
    return replace(trail, event_id=str(came.answer.get("id") or ""))


STEP = TourStep(
    place=8,
    title="The documents: data without a table",
    purpose="An order has the same fields as every other order, so it is a row in a table. Events "
    "such as clicks have any shape, and the shape changes every week. They go to the document "
    "store, which keeps JSON as it comes and can still search in it.",
    acts=(
        Act(
            does=lambda trail: Curl(
                request=HttpRequest(path=EVENTS, method="POST", body=json.dumps(_EVENT))
            ),
            keeps=_kept,
            tiers=("documents",),
            promises=(
                Promise(
                    says="The event is accepted: 202, and an id.",
                    holds=lambda trail, came: (
                        came.answer.status == 202 and bool(came.answer.get("id"))
                    ),
                ),
            ),
        ),
        Act(
            does=lambda trail: Curl(request=HttpRequest(path=f"{EVENTS}/{trail.event_id}")),
            tiers=("documents",),
            promises=(
                Promise(
                    says="It comes back as it was sent, under document.",
                    holds=lambda trail, came: came.answer.get("document") == _EVENT,
                ),
                Promise(
                    says="X-Read-From names the node of the document store that was read.",
                    holds=lambda trail, came: (
                        came.answer.headers.get("x-read-from") in trail.nodes["documents"]
                    ),
                ),
            ),
        ),
    ),
    more=("sdctl inspect documents", "sdctl shell documents"),
)

"""Step 1: the entrance."""

from __future__ import annotations

from sdctl.app.contract import ORDERS
from sdctl.foundation.http_messages import HttpRequest
from sdctl.guide.tour_commands import Curl
from sdctl.guide.tour_step import Act, Promise, TourStep, Trail


def _list(trail: Trail, *, key: bool) -> Curl:
    return Curl(request=HttpRequest(path=f"{ORDERS}?user_id={trail.user}", key=key), plainly=key)


STEP = TourStep(
    place=1,
    title="The gateway: one door",
    purpose="Every request comes in here, and nowhere else. The gateway lets in who has the key, "
    "limits how many requests a second each key may send, and gives each request an id. Behind it "
    "no part has to care about strangers.",
    acts=(
        Act(
            does=lambda trail: _list(trail, key=False),
            promises=(
                Promise(
                    says="Without the key the answer is 401.",
                    holds=lambda trail, came: came.answer.status == 401,
                ),
                Promise(
                    says="The gateway answered it alone: no X-Served-By names a replica.",
                    holds=lambda trail, came: "x-served-by" not in came.answer.headers,
                ),
            ),
        ),
        Act(
            does=lambda trail: _list(trail, key=True),
            promises=(
                Promise(
                    says="With the key the answer is 200: the user's orders, none yet.",
                    holds=lambda trail, came: came.answer.value == [],
                ),
                Promise(
                    says="RateLimit-Remaining says how many requests a second are left for this "
                    "key.",
                    holds=lambda trail, came: (
                        0
                        <= int(came.answer.headers.get("ratelimit-remaining", "-1"))
                        < int(came.answer.headers.get("ratelimit-limit", "0"))
                    ),
                ),
                Promise(
                    says="X-Request-ID is there: this request's name.",
                    holds=lambda trail, came: bool(came.answer.headers.get("x-request-id")),
                ),
            ),
        ),
    ),
    more=("sdctl inspect gateway", "sdctl env"),
)

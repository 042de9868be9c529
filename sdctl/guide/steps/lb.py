"""Step 2: the load balancer."""

from __future__ import annotations

from sdctl.app.contract import ORDERS
from sdctl.foundation.http_messages import HttpRequest
from sdctl.guide.tour_commands import Came, Curl
from sdctl.guide.tour_step import SOON_S, Act, Promise, TourStep, Trail


def _often(trail: Trail) -> Curl:
    request = HttpRequest(path=f"{ORDERS}?user_id={trail.user}")
    return Curl(request=request, times=2 * len(trail.nodes["app"]))


def _all_served(trail: Trail, came: Came) -> bool:
    served = {answer.headers.get("x-served-by") for answer in came.answers}
    return set(trail.nodes["app"]) <= served


STEP = TourStep(
    place=2,
    title="The load balancer: many that look like one",
    purpose="Behind the gateway the same service runs several times. The balancer asks each "
    "replica again and again whether it is ready, and sends each request to one that is. So one "
    "replica can die, or more can be added, and no client has to know.",
    acts=(
        Act(
            does=_often,
            within_s=SOON_S,
            promises=(
                Promise(
                    says="X-Served-By tells who answered: every replica had its share.",
                    holds=_all_served,
                ),
                Promise(
                    says="Every answer is 200: a client does not notice which replica it got.",
                    holds=lambda trail, came: {a.status for a in came.answers} == {200},
                ),
            ),
        ),
    ),
    more=("sdctl scale app=4", "sdctl inspect lb", "sdctl chaos pause app-1 --for 5s"),
)

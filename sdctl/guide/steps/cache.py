"""Step 4: the cache."""

from __future__ import annotations

from sdctl.guide.tour_commands import Curl
from sdctl.guide.tour_step import SECOND, SOON_S, Act, Promise, TourStep, placed, placing

STEP = TourStep(
    place=4,
    title="The cache: do not ask twice",
    purpose="Most requests are reads, and most of those ask for the same few things. The service "
    "asks the cache first. Only on a miss it asks the database, and then it keeps the answer in "
    "the cache. When an order changes, its old answer is thrown away.",
    acts=(
        Act(
            does=lambda trail: placing(trail, SECOND),
            keeps=placed,
            tiers=("cache",),
            promises=(
                Promise(
                    says="A new order, so that no cache can know it: 202.",
                    holds=lambda trail, came: came.answer.status == 202,
                ),
            ),
        ),
        Act(
            does=lambda trail: Curl(request=trail.order()),
            tiers=("cache",),
            promises=(
                Promise(
                    says="The first read is a miss, and X-Read-From names a database node.",
                    holds=lambda trail, came: (
                        came.answer.headers.get("x-cache") == "miss"
                        and came.answer.headers.get("x-read-from") in trail.nodes["database"]
                    ),
                ),
            ),
        ),
        Act(
            does=lambda trail: Curl(request=trail.order()),
            tiers=("cache",),
            within_s=SOON_S,
            promises=(
                Promise(
                    says="Read again until it is a hit: the database is not asked. If a worker "
                    "completes the order meanwhile, the old answer is thrown away, and one more "
                    "read is a miss.",
                    holds=lambda trail, came: (
                        came.answer.headers.get("x-cache") == "hit"
                        and "x-read-from" not in came.answer.headers
                    ),
                ),
            ),
        ),
    ),
    more=("sdctl inspect cache", "sdctl chaos kill-leader cache"),
)

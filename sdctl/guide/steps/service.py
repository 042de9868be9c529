"""Step 3: the service."""

from __future__ import annotations

from sdctl.guide.tour_step import FIRST, Act, Promise, TourStep, placed, placing

STEP = TourStep(
    place=3,
    title="The service: say yes, work later",
    purpose="A replica checks the order, writes it down, and says yes at once; the work is done "
    "later. When an answer gets lost, a client cannot know whether its order arrived. So it gives "
    "the order a key of its own, the Idempotency-Key, and may send it as often as it likes.",
    acts=(
        Act(
            does=lambda trail: placing(trail, FIRST),
            keeps=placed,
            promises=(
                Promise(
                    says="The answer is 202, accepted: written down, and not worked on yet.",
                    holds=lambda trail, came: came.answer.status == 202,
                ),
                Promise(
                    says="Location says where the order can be read.",
                    holds=lambda trail, came: came.answer.headers.get("location", "").endswith(
                        came.answer.get("id")
                    ),
                ),
            ),
        ),
        Act(
            does=lambda trail: placing(trail, FIRST),
            promises=(
                Promise(
                    says="The same key again gets the same id: there is one order, not two.",
                    holds=lambda trail, came: came.answer.get("id") == trail.order_id,
                ),
                Promise(
                    says="Idempotent-Replayed says so.",
                    holds=lambda trail, came: (
                        came.answer.headers.get("idempotent-replayed") == "true"
                    ),
                ),
            ),
        ),
    ),
    more=("sdctl inspect app",),
)

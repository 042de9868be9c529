"""Step 6: the queue and the workers."""

from __future__ import annotations

from sdctl.app.contract import WORK_QUEUE
from sdctl.guide.tour_commands import Came, Curl, Inspect
from sdctl.guide.tour_step import SOON_S, Act, Promise, TourStep, Trail


def _consumed(trail: Trail, came: Came) -> bool:
    return any(
        row["queue"] == WORK_QUEUE and (row["consumers"] or 0) > 0 for row in came.rows("queues")
    )


STEP = TourStep(
    place=6,
    title="The queue and the workers: somebody does the work",
    purpose="With the order the service wrote down a message. The queue keeps the message until "
    "a worker has done the work. A worker that dies loses nothing: another one gets the message. "
    "Work that fails is tried again after growing pauses; at last the message becomes a dead "
    "letter, to be looked at and replayed.",
    needs_order=True,
    acts=(
        Act(
            does=lambda trail: Curl(request=trail.order()),
            tiers=("queue", "worker"),
            within_s=SOON_S,
            promises=(
                Promise(
                    says="A worker did the work: the order's status is completed.",
                    holds=lambda trail, came: came.answer.get("status") == "completed",
                ),
            ),
        ),
        Act(
            does=lambda trail: Inspect(tier="queue", titles=("queues",)),
            tiers=("queue", "worker"),
            within_s=SOON_S,
            promises=(
                Promise(
                    says=f"{WORK_QUEUE} is where the messages wait, and it has consumers: the "
                    "workers.",
                    holds=_consumed,
                ),
            ),
        ),
    ),
    more=("sdctl chaos fail-messages --rate 80%", "sdctl dlq list"),
)

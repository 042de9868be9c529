"""Step 5: the database, its leader and its followers."""

from __future__ import annotations

from sdctl.app.contract import ONE_ORDER
from sdctl.guide.tour_commands import Came, Inspect, Shell
from sdctl.guide.tour_step import SOON_S, Act, Promise, TourStep, Trail


def _on_a_follower(trail: Trail) -> Shell:
    return Shell(node=trail.followers["database"][0], command=ONE_ORDER.format(id=trail.order_id))


def _roles(came: Came) -> list[object]:
    return [row["role"] for row in came.rows("nodes")]


STEP = TourStep(
    place=5,
    title="The database: one leads, the others follow",
    purpose="The leader takes every write. The followers copy each write as it happens, and "
    "answer reads. When the leader dies, a follower takes its place; until then no write can be "
    "taken. How long that lasts, and whether a write can get lost, is what sdctl measures.",
    needs_order=True,
    acts=(
        Act(
            does=lambda trail: Inspect(tier="database", titles=("nodes",)),
            within_s=SOON_S,
            promises=(
                Promise(
                    says="Exactly one node is the leader.",
                    holds=lambda trail, came: _roles(came).count("leader") == 1,
                ),
                Promise(
                    says="Every other node is a follower.",
                    holds=lambda trail, came: set(_roles(came)) <= {"leader", "follower"},
                ),
            ),
        ),
        Act(
            does=_on_a_follower,
            within_s=SOON_S,
            unless=lambda trail: (
                "" if trail.followers["database"] else "the database has no follower."
            ),
            promises=(
                Promise(
                    says="The order that the leader took is on this follower too.",
                    holds=lambda trail, came: trail.order_id in came.text,
                ),
            ),
        ),
    ),
    more=("sdctl chaos kill-leader", "sdctl report last"),
)

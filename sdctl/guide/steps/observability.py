"""Step 9: logs, figures, and what each node is right now."""

from __future__ import annotations

from sdctl.guide.tour_commands import Came, Inspect, Logs, Status
from sdctl.guide.tour_step import SOON_S, Act, Promise, TourStep, Trail


def _whole_way(trail: Trail, came: Came) -> bool:
    """The gateway wrote a line, and a replica."""
    tiers = {line.get("tier") for line in came.lines}
    return {"gateway", "app"} <= tiers


def _all_up(trail: Trail, came: Came) -> bool:
    targets = came.rows("targets")
    return bool(targets) and all(row["up"] == row["of"] for row in targets)


STEP = TourStep(
    place=9,
    title="Logs, metrics, status: what happened?",
    purpose="One request touches many nodes, and each writes its own log. The collector brings "
    "all lines to one place, where the request's id finds them. Prometheus asks every node for "
    "its figures and keeps them over time. The observer says what each node is right now.",
    needs_order=True,
    acts=(
        Act(
            does=lambda trail: Logs(request_id=trail.request_id),
            tiers=("search", "collector"),
            within_s=3 * SOON_S,
            promises=(
                Promise(
                    says="The id of the request that placed the order finds its lines, from the "
                    "gateway to the replica. `collector.requests` says which requests leave any.",
                    holds=_whole_way,
                ),
            ),
        ),
        Act(
            does=lambda trail: Inspect(tier="metrics", titles=("targets",)),
            tiers=("metrics",),
            within_s=3 * SOON_S,
            promises=(
                Promise(
                    says="Every node that has figures gave them: up is as many as of.",
                    holds=_all_up,
                ),
            ),
        ),
        Act(
            does=lambda trail: Status(),
            within_s=SOON_S,
            promises=(
                Promise(
                    says="Every node was asked just now, and every one is ok.",
                    holds=lambda trail, came: set((came.states or {}).values()) == {"ok"},
                ),
            ),
        ),
    ),
    more=("sdctl status --watch", "sdctl load --rps 200", "sdctl chaos kill-leader"),
)

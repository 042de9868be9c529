"""/v1/events: documents, in a stack that has a document store. This one has none."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sdctl.app.problems import ProblemError


def routes() -> APIRouter:
    """The routes; each answers 501."""
    router = APIRouter(prefix="/v1/events", tags=["events"])

    @router.post("", status_code=202, summary="Store an event")
    async def store() -> Response:
        raise _absent()

    @router.get("", summary="List events")
    async def newest() -> Response:
        raise _absent()

    return router


def _absent() -> ProblemError:
    return ProblemError(501, "not-implemented", "no document store in this stack")

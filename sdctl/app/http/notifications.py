"""/v1/users/{id}/notifications: a user's inbox, as a stream or page by page."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from sdctl.app.contract import USERS
from sdctl.app.http import problems
from sdctl.app.http.middleware import trace_of
from sdctl.app.http.stream import Streams
from sdctl.app.stores.inbox import PAGE, Inbox, InboxPage
from sdctl.app.stores.order import Name
from sdctl.app.stores.outcomes import LeaderAwayError, NoReadableNodeError, OutcomeUnknownError

_DOC = {
    "description": "Server-sent events, each with an `id:` that grows by user: first what is "
    "not acknowledged yet, then live. `Last-Event-ID` or `after` acknowledges: what it covers "
    "does not come again. With `poll=1` the same as one JSON answer: "
    '`{"notifications": [{"id", "order_id", "kind", "at"}], "last_id"}`.',
}


def parse_after(request: Request, after: int | None) -> int | None:
    """What the client has: `after`, else Last-Event-ID. Raises ProblemError 422."""
    if after is not None:
        return after
    text = request.headers.get("last-event-id", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise problems.invalid_fields(
            [{"field": "Last-Event-ID", "message": "must be the id of a notification"}]
        )
    return int(text)


def routes(inbox: Inbox, streams: Streams) -> APIRouter:
    """The routes, bound to what they work on."""
    router = APIRouter(prefix=USERS, tags=["notifications"])

    async def first_page(
        request: Request, user_id: str, after: int | None, limit: int
    ) -> InboxPage:
        until = trace_of(request.scope).until
        try:
            if after:
                await inbox.acknowledge(user_id, after, until)
            return await inbox.after(user_id, after or 0, until, limit)
        except (LeaderAwayError, NoReadableNodeError) as exc:
            raise problems.unavailable("database", f"the inbox cannot be read now: {exc}") from exc
        except OutcomeUnknownError as exc:
            raise problems.outcome_unknown(f"acknowledged or not: {exc}") from exc

    @router.get(
        "/{user_id}/notifications",
        summary="Receive notifications",
        openapi_extra=_DOC,
        response_class=Response,
    )
    async def receive(
        request: Request,
        user_id: Annotated[Name, Path(examples=["ann"])],
        after: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
        poll: Annotated[bool, Query()] = False,
        limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
    ) -> Response:
        have = parse_after(request, after)
        if poll:
            page = await first_page(request, user_id, have, limit)
            document = {
                "notifications": [notification.document() for notification in page.notifications],
                "last_id": page.last_id,
            }
            return Response(orjson.dumps(document), media_type="application/json")
        if not streams.has_room:
            raise problems.unavailable("service", "this replica holds too many streams")
        return streams.open(user_id, await first_page(request, user_id, have, PAGE))

    return router

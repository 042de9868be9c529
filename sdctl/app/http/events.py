"""/v1/events: keep any JSON object, read one, list the newest."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from sdctl.app import ids
from sdctl.app.contract import EVENTS
from sdctl.app.http import problems
from sdctl.app.http.body import read_body
from sdctl.app.http.middleware import trace_of
from sdctl.app.http.orders import parse_key
from sdctl.app.logs import Log
from sdctl.app.stores.documents import Documents, Preference
from sdctl.app.stores.event_document import UnstorableError, encode
from sdctl.app.stores.events import Event, Events
from sdctl.app.stores.outcomes import LeaderAwayError, NoReadableNodeError, OutcomeUnknownError

JSON = "application/json"
_STORE_DOC: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "object"}, "example": {"kind": "click", "page": "home"}}
        },
    },
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "maxLength": 255},
            "description": "The same key again gets the same answer, and nothing new is kept.",
        }
    ],
}


class EventModel(BaseModel):
    """An event, for the description."""

    id: str
    at: str
    document: dict[str, Any]


def parse_document(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises ProblemError 400, or 422 for any other JSON."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise problems.malformed(f"the body is no JSON: {exc}") from None
    if not isinstance(value, dict):
        raise _unstorable("must be a JSON object")
    return value


def kind_of(document: dict[str, Any]) -> str | None:
    """What `?kind=` finds it by: its member `kind`, if that is a string."""
    kind = document.get("kind")
    return kind if isinstance(kind, str) else None


class EventRoutes:
    """What each route answers; in a stack without a document store, 501. Docstrings and
    annotations are also shown to users."""

    def __init__(self, documents: Documents, events: Events, log: Log, max_bytes: int) -> None:
        self._documents, self._events, self._log = documents, events, log
        self._max_bytes = max_bytes

    async def store(self, request: Request) -> Response:
        """It is kept once this answers 202."""
        self._there()
        body = await read_body(request, self._max_bytes)
        document = parse_document(body)
        key = parse_key(request)
        trace = trace_of(request.scope)
        try:
            stored = await self._events.store(
                str(ids.new_order_id()), encode(document), kind_of(document), key, trace.until
            )
        except UnstorableError as exc:
            raise _unstorable(str(exc)) from exc
        except LeaderAwayError as exc:
            detail = f"the write did not reach the leader of the documents: {exc}"
            raise problems.write_refused(detail, "documents") from exc
        except OutcomeUnknownError as exc:
            raise problems.outcome_unknown(f"the write's end was not seen: {exc}") from exc
        if not stored.same:
            raise problems.ProblemError(
                409, "key-reused", "this Idempotency-Key was used with another body"
            )
        headers = {"Location": f"{EVENTS}/{stored.id}"}
        if stored.created:
            # The collector takes it from here to the search tier; no request waits for that.
            self._log.info(
                "event",
                kind="event",
                id=stored.id,
                document=orjson.dumps(document).decode(),
                request_id=trace.request_id,
                traceparent=trace.traceparent,
            )
        else:
            headers["Idempotent-Replayed"] = "true"
        return Response(orjson.dumps({"id": stored.id}), 202, headers, JSON)

    async def get(self, request: Request, event_id: str) -> Response:
        """From a node of the document store: `X-Read-From` says which."""
        self._there()
        parsed = ids.parse_uuid(event_id)
        if parsed is None:
            raise problems.not_found(f"no event {event_id[:80]!r}")
        trace = trace_of(request.scope)
        try:
            found, node = await self._events.get(str(parsed), trace.until)
        except NoReadableNodeError as exc:
            raise problems.unavailable("documents", f"cannot be read now: {exc}") from exc
        headers = {"X-Read-From": node}
        if found is None:
            return problems.not_found(f"no event {parsed}").response(trace.request_id, headers)
        return Response(orjson.dumps(_answer(found)), 200, headers, JSON)

    async def newest(
        self,
        request: Request,
        kind: Annotated[str | None, Query(max_length=255)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        before: Annotated[str | None, Query(max_length=64, description="an event id")] = None,
        read: Annotated[
            Preference, Query(description="follower: may be a little behind, spares the leader")
        ] = "leader",
    ) -> Response:
        """One page of them, from a node of the document store: `X-Read-From` says which."""
        self._there()
        until = trace_of(request.scope).until
        try:
            found, node = await self._events.newest(kind, limit, before, read, until)
        except NoReadableNodeError as exc:
            raise problems.unavailable("documents", f"cannot be read now: {exc}") from exc
        headers = {"X-Read-From": node}
        if len(found) == limit:
            url = request.url.include_query_params(before=found[-1].id)
            headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return Response(orjson.dumps([_answer(event) for event in found]), 200, headers, JSON)

    def _there(self) -> None:
        if not self._documents.exists:
            raise problems.ProblemError(501, "not-implemented", "no document store in this stack")


def routes(documents: Documents, events: Events, log: Log, max_bytes: int) -> APIRouter:
    """The routes, bound to what they work on."""
    answers = EventRoutes(documents, events, log, max_bytes)
    router = APIRouter(prefix=EVENTS, tags=["events"])
    router.add_api_route(
        "",
        answers.store,
        methods=["POST"],
        status_code=202,
        openapi_extra=_STORE_DOC,
        summary="Keep any JSON object",
    )
    router.add_api_route(
        "/{event_id}", answers.get, response_model=EventModel, summary="Read an event"
    )
    router.add_api_route(
        "",
        answers.newest,
        response_model=list[EventModel],
        summary="List events, newest first; more behind Link: rel=next",
    )
    return router


def _answer(event: Event) -> dict[str, Any]:
    return {"id": event.id, "at": event.at, "document": event.document}


def _unstorable(message: str) -> problems.ProblemError:
    return problems.invalid_fields([{"field": "body", "message": message}])

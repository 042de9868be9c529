"""/v1/orders: place an order, read one, list a user's."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import Response

from sdctl.app import ids
from sdctl.app.contract import ORDERS
from sdctl.app.http import problems
from sdctl.app.http.body import read_body
from sdctl.app.http.middleware import trace_of
from sdctl.app.queue.relay import Relay
from sdctl.app.stores.order import Name, Order, OrderRequest
from sdctl.app.stores.order_view import OrderView
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.outcomes import LeaderAwayError, NoReadableNodeError, OutcomeUnknownError

JSON = "application/json"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PLACE_DOC: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": OrderRequest.model_json_schema(),
                "example": {"user_id": "ann", "item": "book", "quantity": 1},
            }
        },
    },
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "maxLength": 255},
            "description": "The same key again gets the same answer, and nothing new is done.",
        }
    ],
}
_GET_DOC: dict[str, Any] = {
    "parameters": [
        {
            "name": "order_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
    ]
}


class Plain(APIRoute):
    """A route whose function takes the request and nothing else, and gives the response. FastAPI
    describes it, but does not work for it: on the busiest routes that is a tenth of a request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


def parse_order(body: bytes) -> OrderRequest:
    """The order in a body. Raises ProblemError 400 or 422, the latter with every wrong field."""
    try:
        return OrderRequest.model_validate_json(body)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise problems.malformed(f"the body is no JSON: {errors[0]['msg']}") from None
        raise problems.invalid_fields(
            [
                {"field": ".".join(map(str, error["loc"])) or "body", "message": error["msg"]}
                for error in errors
            ]
        ) from None


def parse_key(request: Request) -> str | None:
    """The idempotency key. Raises ProblemError 400."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise problems.malformed("Idempotency-Key: 1 to 255 printable ASCII characters, no spaces")
    return key


class OrderRoutes:
    """What each route answers. Docstrings and annotations are also shown to users."""

    def __init__(self, orders: Orders, view: OrderView, relay: Relay, max_body: int) -> None:
        self._orders, self._view, self._relay = orders, view, relay
        self._max_body = max_body

    async def place(self, request: Request) -> Response:
        """It is kept once this answers 202, and worked on after that."""
        wanted = parse_order(await read_body(request, self._max_body))
        key = parse_key(request)
        trace = trace_of(request.scope)
        try:
            placed = await self._orders.place(
                ids.new_order_id(),
                wanted,
                key,
                request_id=trace.request_id,
                traceparent=trace.traceparent,
                until=trace.until,
            )
        except LeaderAwayError as exc:
            raise problems.write_refused(
                f"the write did not reach the database leader: {exc}"
            ) from exc
        except OutcomeUnknownError as exc:
            raise problems.outcome_unknown(f"the write's end was not seen: {exc}") from exc
        if not placed.same:
            raise problems.ProblemError(
                409, "key-reused", "this Idempotency-Key was used with another body"
            )
        headers = {"Location": f"{ORDERS}/{placed.id}"}
        if placed.created:
            self._relay.wake()
        else:
            headers["Idempotent-Replayed"] = "true"
        body = orjson.dumps({"id": placed.id, "status": "accepted"})
        return Response(body, 202, headers, JSON)

    async def get(self, request: Request) -> Response:
        """From the cache where it is there: `X-Cache` says so."""
        order_id = str(request.path_params["order_id"])
        parsed = ids.parse_uuid(order_id)
        if parsed is None:
            raise problems.not_found(f"no order {order_id[:80]!r}")
        try:
            found = await self._view.get(parsed, trace_of(request.scope).until)
        except NoReadableNodeError as exc:
            raise problems.unavailable("database", f"cannot be read now: {exc}") from exc
        headers = {"X-Cache": "hit" if found.hit else "miss"}
        if found.node is not None:
            headers["X-Read-From"] = found.node
        if found.body is None:
            return problems.not_found(f"no order {order_id}").response(
                trace_of(request.scope).request_id, headers
            )
        return Response(found.body, 200, headers, JSON)

    async def newest(
        self,
        request: Request,
        user_id: Annotated[Name, Query(examples=["ann"])],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        before: Annotated[uuid.UUID | None, Query(description="an order id")] = None,
    ) -> Response:
        """One page of them, from a node of the database: `X-Read-From` says which."""
        try:
            found, node = await self._orders.of_user(
                user_id, limit, before, trace_of(request.scope).until
            )
        except NoReadableNodeError as exc:
            raise problems.unavailable("database", f"cannot be read now: {exc}") from exc
        headers = {"X-Cache": "miss", "X-Read-From": node}
        if len(found) == limit:
            url = request.url.include_query_params(before=found[-1].id)
            headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return Response(orjson.dumps([order.__dict__ for order in found]), 200, headers, JSON)


def routes(orders: Orders, view: OrderView, relay: Relay, max_body: int) -> APIRouter:
    """The routes, bound to what they work on."""
    answers = OrderRoutes(orders, view, relay, max_body)
    router = APIRouter(prefix=ORDERS, tags=["orders"])
    busy = APIRouter(prefix=ORDERS, tags=["orders"], route_class=Plain)
    busy.add_api_route(
        "",
        answers.place,
        methods=["POST"],
        status_code=202,
        openapi_extra=_PLACE_DOC,
        summary="Place an order",
    )
    busy.add_api_route(
        "/{order_id}",
        answers.get,
        response_model=Order,
        openapi_extra=_GET_DOC,
        summary="Read an order",
    )
    router.add_api_route(
        "",
        answers.newest,
        response_model=list[Order],
        summary="List a user's orders, newest first; never cached; more behind Link: rel=next",
    )
    both = APIRouter()
    both.include_router(busy)
    both.include_router(router)
    return both

"""Routes for operators: health, metrics, statistics and the service's own description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, Response

from sdctl.app.contract import READY, STATS
from sdctl.app.http.docs_page import PAGE
from sdctl.app.http.health import Readiness
from sdctl.app.http.problems import MEDIA_TYPE, PROBLEM_SCHEMA
from sdctl.app.metrics import CONTENT_TYPE, Metrics

JSON = "application/json"


def routes(
    health: Readiness, metrics: Metrics, stats: Callable[[], dict[str, object]]
) -> APIRouter:
    """Health, metrics and statistics; none of them asks any other tier."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive() -> Response:
        return Response(b'{"alive":true}', media_type=JSON)

    @router.get(READY)
    async def ready() -> Response:
        is_ready, dependencies = health.read()
        body = orjson.dumps({"ready": is_ready, "dependencies": dependencies})
        return Response(body, 200 if is_ready else 503, media_type=JSON)

    @router.get("/metrics")
    async def scrape() -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    @router.get(STATS)
    async def statistics() -> Response:
        return Response(orjson.dumps(stats()), media_type=JSON)

    return router


def add_description(app: FastAPI) -> None:
    """/openapi.json and /docs, the latter a page that needs nothing from elsewhere."""
    described = orjson.dumps(_completed(app.openapi()))

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return Response(described, media_type=JSON)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(PAGE)


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """Describe errors as they are answered, in place of the framework's own, and the key that the
    gateway asks for."""
    document["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    key = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    document["components"]["securitySchemes"] = {"key": key}
    document["security"] = [{"key": []}]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    answer = {"description": "Any error", "content": {MEDIA_TYPE: problem}}
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = answer
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document

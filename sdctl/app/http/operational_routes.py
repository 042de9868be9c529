"""Routes for operators: health, metrics, statistics and the service's own description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, Response

from sdctl.app.contract import READY, STATS
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
    described = orjson.dumps(_with_problems(app.openapi()))

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return Response(described, media_type=JSON)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_DOCS)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Describe errors as they are answered, in place of the framework's own."""
    document["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    answer = {"description": "Any error", "content": {MEDIA_TYPE: problem}}
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = answer
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


_DOCS = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The reference service</title>
<style>
 body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
 h2 { margin: 2rem 0 0; font-size: 1.1rem } code, pre { font-family: ui-monospace, monospace }
 b { display: inline-block; min-width: 4rem } pre { background: #8881; padding: .7rem;
 overflow: auto } p { margin: .2rem 0 }
</style>
<h1>The reference service</h1>
<p>Everything under <code>/v1</code> needs the header <code>X-API-Key</code>. Errors are
<code>application/problem+json</code>. The machine-readable form is
<a href="openapi.json">openapi.json</a>.</p>
<main></main>
<script>
const add = (parent, tag, text) => {
  const node = parent.appendChild(document.createElement(tag));
  node.textContent = text ?? "";
  return node;
};
fetch("openapi.json").then(answer => answer.json()).then(api => {
  const main = document.querySelector("main");
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const head = add(main, "h2");
      add(head, "b", method.toUpperCase());
      add(head, "code", path);
      add(main, "p", operation.summary);
      if (operation.description) add(main, "p", operation.description);
      for (const parameter of operation.parameters ?? [])
        add(main, "p", `${parameter.in} ${parameter.name}${parameter.required ? "" : " (optional)"}`
          + (parameter.description ? `: ${parameter.description}` : ""));
      const body = operation.requestBody?.content?.["application/json"]?.schema;
      if (body) add(main, "pre", JSON.stringify(body, null, 2));
    }
});
</script></html>
"""

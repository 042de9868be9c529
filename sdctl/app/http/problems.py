"""ProblemError: an error answer, as RFC 9457 problem details.

    400 malformed          404 not-found         405 method-not-allowed
    408 too-slow           409 key-reused        413 too-large         422 invalid-fields
    500 internal           501 not-implemented
    503 unavailable        a dependency is away; a write was surely NOT done: "outcome": "refused"
    504 outcome-unknown    a write may or may not have been done: "outcome": "unknown"

A client that repeats a 503 or a 504 with the same Idempotency-Key is safe in both cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "Problem details, RFC 9457",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "422: every field that is wrong",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "outcome": {
            "enum": ["refused", "unknown"],
            "description": "What became of a write: surely not done, or nobody knows",
        },
        "dependency": {"type": "string", "description": "503: what is away"},
    },
}


class ProblemError(Exception):
    """An error that a client sees.

    `kind` names the problem's type, `members` are added to the document,
    `headers` to the response.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def document(self, request_id: str) -> dict[str, object]:
        """The problem details object."""
        return {
            "type": f"urn:sdctl:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
            **self.members,
        }

    def response(self, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
        """The HTTP answer."""
        body = orjson.dumps(self.document(request_id), default=str)
        return Response(body, self.status, {**self.headers, **(headers or {})}, MEDIA_TYPE)


def malformed(detail: str) -> ProblemError:
    return ProblemError(400, "malformed", detail)


def not_found(detail: str) -> ProblemError:
    return ProblemError(404, "not-found", detail)


def too_large(limit: int) -> ProblemError:
    # The rest of the body is still under way, so the connection is of no further use.
    return ProblemError(
        413,
        "too-large",
        f"the body is larger than {limit} bytes",
        headers={"Connection": "close"},
        limit=limit,
    )


def too_slow(size: int, patience_s: float) -> ProblemError:
    # As above: what comes of it later would be taken for the next request.
    return ProblemError(
        408,
        "too-slow",
        f"the body was not complete within {patience_s:.1f} s: {size} bytes came; nothing was done",
        headers={"Connection": "close"},
    )


def invalid_fields(errors: list[dict[str, str]]) -> ProblemError:
    """`errors`: one {"field", "message"} for each field that is wrong."""
    names = ", ".join(error["field"] for error in errors)
    return ProblemError(422, "invalid-fields", f"invalid: {names}", errors=errors)


def unavailable(dependency: str, detail: str, **members: object) -> ProblemError:
    """A dependency is away. Nothing was done; trying again later is safe."""
    return ProblemError(
        503,
        "unavailable",
        detail,
        headers={"Retry-After": str(RETRY_AFTER_S)},
        dependency=dependency,
        **members,
    )


def write_refused(detail: str, dependency: str = "database") -> ProblemError:
    """The write was surely not done."""
    return unavailable(dependency, detail, outcome="refused")


def outcome_unknown(detail: str) -> ProblemError:
    """The write may or may not have been done."""
    return ProblemError(
        504,
        "outcome-unknown",
        detail,
        headers={"Retry-After": str(RETRY_AFTER_S)},
        outcome="unknown",
    )


def internal() -> ProblemError:
    return ProblemError(
        500, "internal", "an unexpected error; the log has it under this request_id"
    )

"""The entrance of a running stack, asked as a client asks: through the gateway, with the key."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from sdctl.foundation import waiting
from sdctl.foundation.errors import UsageError
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    import httpx

JSON = "application/json"
EVENT_STREAM = "text/event-stream"
_UNSENT = "Nothing was sent."
_TIMEOUT_S = 15.0
"""Longer than the gateway's own, which answers each request itself."""


class Entrance:
    """A client of the gateway at ``url``; ``key`` holds the headers that let a request in."""

    def __init__(self, url: str, key: Mapping[str, str]) -> None:
        self.url = url
        self.key = key
        self._client: httpx.Client | None = None

    def __enter__(self) -> Entrance:
        import httpx

        self._client = httpx.Client(base_url=self.url, timeout=_TIMEOUT_S, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def ask(
        self, request: HttpRequest, on_line: Callable[[HttpAnswer, str | None], None] | None = None
    ) -> HttpAnswer:
        """What came. That nothing did is an answer too: its status is 0.

        ``on_line`` is given each line of a stream of events as it comes, without an end, and what
        came before it; before the first, which may be long in coming, it is given None.
        """
        import httpx

        assert self._client is not None
        began = time.monotonic()
        try:
            with self._client.stream(
                request.method,
                request.path,
                headers=self.headers(request),
                content=None
                if request.body is None
                else request.body.encode(errors="surrogateescape"),
                timeout=httpx.Timeout(_TIMEOUT_S, read=_TIMEOUT_S if on_line is None else None),
            ) as response:
                head = _answer(response, "", began)
                if on_line and head.headers.get("content-type", "").startswith(EVENT_STREAM):
                    on_line(head, None)
                    for line in response.iter_lines():
                        on_line(head, line)
                    return head
                response.read()
                return _answer(response, response.text, began)
        except httpx.InvalidURL as error:
            raise UsageError(f"the path cannot be asked for: {error}", hint=_UNSENT) from None
        except httpx.HTTPError as error:
            return HttpAnswer(status=0, text=str(error) or type(error).__name__)
        except UnicodeEncodeError:
            raise UsageError(
                "the path or a header holds letters that HTTP cannot carry",
                hint=f"Write them percent-encoded, such as %C3%BC. {_UNSENT}",
            ) from None

    def admitted(self, request: HttpRequest) -> HttpAnswer:
        """The same, but "too many requests" is waited out, as its Retry-After asks."""
        _, answer = waiting.until(
            lambda: self.ask(request),
            lambda answer: answer.status != HTTPStatus.TOO_MANY_REQUESTS,
            timeout_s=_TIMEOUT_S,
        )
        return answer

    def headers(self, request: HttpRequest) -> dict[str, str]:
        """All that ``sdctl`` sends with a request: a body is JSON unless its headers say else."""
        ours = dict(self.key) if request.key else {}
        if request.body is not None:
            ours["Content-Type"] = JSON
        given = {name.lower() for name in request.headers}
        kept = {name: value for name, value in ours.items() if name.lower() not in given}
        return {**kept, **request.headers}


def _answer(response: httpx.Response, text: str, began: float) -> HttpAnswer:
    return HttpAnswer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        text=text,
        took_ms=round((time.monotonic() - began) * 1000, 1),
        # a name of ours may be another one than the body has: RFC 9110 has renamed some
        reason=response.reason_phrase,
    )

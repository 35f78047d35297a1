"""JSON over HTTP with a time limit and a few tries: what the examples share that call the outside.

A job must never wait for ever, so each try has an end; and what has failed is tried again by the
job's next run, so that a few tries are enough here. Redirects are not followed, since the key would
go with them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

import attrs

from mainstay import InvalidValueError

__all__ = ["BusyError", "JsonService"]

_BUSY = {429, 500, 502, 503, 504}
_MOST_BYTES, _PIECE = 1_000_000, 65_536


class BusyError(ConnectionError):
    """The service says that it can't answer now; ``after`` is for how many seconds, if it says."""

    def __init__(self, host: str, status: int, after: float | None) -> None:
        super().__init__(f"{host} can't answer now: status {status}")
        self.after = after


def _http(instance: object, attribute: object, url: str) -> None:
    del instance, attribute
    try:
        place = urlsplit(url)
        good = place.scheme in {"http", "https"} and place.hostname and place.port != 0
    except ValueError:  # an address or a port that can't be
        good = False
    if not good:
        raise InvalidValueError("must begin with https:// or http:// and a host", field="url")


def _printable(instance: object, attribute: object, key: str | None) -> None:
    del instance, attribute
    if key is not None and not (key.isascii() and key.isprintable()):
        raise InvalidValueError(  # without the value
            "must be printable ASCII", field="api_key", remedy="Is there a line break at its end?"
        )


@attrs.frozen(kw_only=True)
class JsonService:
    """A place that takes JSON and answers with JSON.

    Attributes:
        url: Where it is. The key does not belong into it.
        api_key: Sent as a bearer token, and shown nowhere.
        timeout: How many seconds a try may take; at the very worst twice as many.
        waits: How many seconds to wait after each try that fails, but the last.
        longest: For how many seconds at most to wait because the service asks for it
            (``Retry-After``). If it asks for more, the job's next run tries again.
        sleep: Waits.
        clock: Says how many seconds have passed.
    """

    url: str = attrs.field(validator=_http)
    api_key: str | None = attrs.field(default=None, repr=False, validator=_printable)
    timeout: float = 10.0
    waits: tuple[float, ...] = (1.0, 2.0)
    longest: float = 10.0
    sleep: Callable[[float], object] = attrs.field(default=time.sleep, repr=False)
    clock: Callable[[], float] = attrs.field(default=time.monotonic, repr=False)

    def post(self, body: object) -> object:
        """Send a body, more than once if need be, and return what comes back.

        So it must be harmless to send it again: the answer may have been lost.

        Raises:
            OSError: The service has not answered the last try, or it is busy.
            InvalidValueError: The answer is not JSON, too long, or of a status that a further try
                would not change. Nothing that it says is in the error.
        """
        for wait in self.waits:
            pause = wait
            try:
                return self._try(body)
            except BusyError as busy:
                pause = wait if busy.after is None else busy.after
                if pause > self.longest:
                    raise
            except OSError:
                pass  # tried again below, and raised by the last try
            self.sleep(pause)
        return self._try(body)

    def _try(self, body: object) -> object:
        place = urlsplit(self.url)
        try:
            raw = self._exchanged(place, json.dumps(body).encode())
        except HTTPException as error:  # not an OSError, though the connection is of no use
            problem = type(error).__name__
        else:
            return _parsed(raw, str(place.hostname))
        raise ConnectionError(f"{place.hostname} does not answer in HTTP: {problem}")

    def _exchanged(self, place: SplitResult, body: bytes) -> bytes:
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.api_key is not None:
            headers["Authorization"] = f"Bearer {self.api_key}"
        path = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
        end = self.clock() + self.timeout
        link = kind(str(place.hostname), place.port, timeout=self.timeout)
        with closing(link):
            link.request("POST", path, body, headers)
            link.sock.settimeout(self._left(end))
            with link.getresponse() as response:
                self._require_good(response, str(place.hostname))
                return self._whole(response, end)

    def _left(self, end: float) -> float:
        left = end - self.clock()
        if left <= 0:
            raise TimeoutError("timed out: the answer takes too long")
        return left

    def _require_good(self, response: HTTPResponse, host: str) -> None:
        if response.status in _BUSY:
            raise BusyError(host, response.status, _seconds(response.headers["Retry-After"]))
        if response.status != 200:
            raise InvalidValueError(
                "must be 200",
                field=f"the status of what {host} answers",
                value=response.status,
                remedy="See that its address and the key are right.",
            )

    def _whole(self, response: HTTPResponse, end: float) -> bytes:
        """Return all of an answer; one that trickles in does not keep anybody waiting."""
        read = bytearray()
        while piece := response.read1(_PIECE):
            read += piece
            if len(read) > _MOST_BYTES:
                raise InvalidValueError(f"must be at most {_MOST_BYTES:,} bytes", field="answer")
            self._left(end)
        if response.length:
            raise ConnectionError("the answer has broken off")
        return bytes(read)


def _seconds(text: str | None) -> float | None:
    """Return a ``Retry-After`` in seconds; one that is a date is left out."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _parsed(raw: bytes, host: str) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        pass  # such an error holds the text, so ours is not raised from it
    raise InvalidValueError("is not JSON", field=f"what {host} answers")

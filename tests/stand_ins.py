"""An HTTP server on loopback that stands in for a service, and answers as a test tells it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any

import attrs


@attrs.frozen
class Asked:
    """A request: its path, its headers, and the JSON in it."""

    path: str
    headers: Mapping[str, str]
    body: Any


@attrs.frozen
class Reply:
    """What is answered; a header that is given replaces the usual one."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def json(cls, value: object) -> Reply:
        return cls(json.dumps(value).encode())


#: Answers a request; without a reply the connection is closed.
Answer = Callable[[Asked], Reply | None]


class HoldError(Exception):
    """Raised instead of answering: the answer is held back until the client is gone."""


class StandIn:
    """A service: each request is answered by the next of ``script``, and then by ``answer``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.script: list[Answer] = []
        self.answer: Answer = lambda _: Reply(status=404)

    def reply(self, asked: Asked) -> Reply | None:
        self.asked.append(asked)
        return (self.script.pop(0) if self.script else self.answer)(asked)


def hold(_: Asked) -> Reply:
    raise HoldError


def hang_up(_: Asked) -> None:
    """Close the connection without an answer."""


def says(value: object) -> Answer:
    """Return what answers with JSON, whatever was asked."""
    return lambda _: Reply.json(value)


def fails(status: int, **headers: str) -> Answer:
    """Return what answers with another status than 200."""
    return lambda _: Reply(
        b"an error page",
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Run a service on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            asked = Asked(self.path, dict(self.headers), json.loads(raw))
            try:
                reply = service.reply(asked)
                if reply is not None:
                    self._send(reply)
            except HoldError:
                self.rfile.read(1)  # blocks until the client closes the connection
            except ConnectionError:
                pass  # the client is gone already

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            headers = {"Content-Length": str(len(reply.body))} | dict(reply.headers)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    class Server(ThreadingTCPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        service = StandIn(f"http://127.0.0.1:{server.server_address[1]}/v1/here")
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def nobody() -> Iterator[str]:
    """Give an address at which nobody listens until the block ends."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}/v1/here"

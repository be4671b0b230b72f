"""A small HTTP client for benchmarks: keep-alive, one request at a time on each connection."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from itertools import cycle

import uvloop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What a load came to: answers a second, and each answer's time in milliseconds."""

    seconds: float = 0.0
    bytes: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.latencies_ms) / self.seconds


def load(
    port: int,
    paths: list[str],
    *,
    connections: int,
    seconds: float,
    pause_s: float = 0.0,
    gzip: bool = True,
) -> Load:
    """Ask for `paths` in turn for a while. With `pause_s`, wait that long between two requests."""
    requests = [request(path, gzip) for path in paths]
    return uvloop.run(_load(port, requests, connections, seconds, pause_s))


def post(
    port: int,
    calls: list[tuple[str, object]],
    *,
    connections: int,
    seconds: float,
    pause_s: float = 0.0,
) -> Load:
    """Send (path, JSON body) in turn for a while, with a pause after each answer."""
    requests = [call(path, body) for path, body in calls]
    return uvloop.run(_load(port, requests, connections, seconds, pause_s))


def alternate(port: int, calls: dict[str, list[bytes]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of call, one of each in turn on one connection, so that what else
    the machine does falls on all alike."""
    return uvloop.run(_alternate(port, calls, rounds))


async def _alternate(
    port: int, calls: dict[str, list[bytes]], rounds: int
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {kind: [] for kind in calls}
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    for number in range(rounds):
        for kind, asked in calls.items():
            began = time.perf_counter()
            writer.write(asked[number % len(asked)])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 204")):
                raise RuntimeError(f"{asked[number % len(asked)]!r} was answered {head[:200]!r}")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length.group(1)) if length else 0)
            found[kind].append((time.perf_counter() - began) * 1000)
    writer.close()
    return found


async def _load(
    port: int, asked: list[bytes], connections: int, seconds: float, pause_s: float
) -> Load:
    result = Load()
    started = time.perf_counter()
    requests = cycle(asked)
    await asyncio.gather(
        *(
            _client(
                port,
                lambda: next(requests),
                started + seconds,
                pause_s,
                result,
                pause_s * number / connections,  # people do not press in step
            )
            for number in range(connections)
        )
    )
    result.seconds = time.perf_counter() - started
    return result


def request(path: str, gzip: bool = True) -> bytes:
    accept = "Accept-Encoding: gzip\r\n" if gzip else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{accept}\r\n".encode()


def call(path: str, body: object) -> bytes:
    text = json.dumps(body)
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n{text}"
    ).encode()


async def _client(
    port: int,
    next_request: object,
    until: float,
    pause_s: float,
    result: Load,
    begin_after_s: float,
) -> None:
    await asyncio.sleep(begin_after_s)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    try:
        while time.perf_counter() < until:
            request: bytes = next_request()  # type: ignore[operator]
            began = time.perf_counter()
            writer.write(request)
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):  # it has had its 1,000 requests
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
                continue
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                raise RuntimeError(f"{request!r} was answered {head[:200]!r}")
            length = _LENGTH.search(head)
            assert length is not None
            await reader.readexactly(int(length.group(1)))
            result.latencies_ms.append((time.perf_counter() - began) * 1000)
            result.bytes += len(head) + int(length.group(1))
            if pause_s:
                await asyncio.sleep(pause_s)
    finally:
        writer.close()

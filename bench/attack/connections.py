"""What single kinds of clients cost: memory, descriptors, files."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import time
from pathlib import Path

import h2.events

from bench.attack.clients import (
    FILM,
    fetch,
    held,
    line,
    ready,
    request,
    reset,
    settled,
    trusting,
    with_film,
)
from bench.harness import Line
from tests.helpers.http2 import http2
from tests.helpers.servers import Process

CUT = 4_000
AT_ONCE = 40


def unread(home: Path, _: float) -> list[Line]:
    with with_film(home, 3_000_000_000) as server:
        port = ready(server)
        before = held(server)
        asyncio.run(_ask_and_wait(port, streams=8, seconds=6))
        after = held(server)
    met = after.mb < before.mb + 50
    return [line("8 HTTP/2 responses of 3 GB, unread for 6 s", before, after, "+50 MB", met)]


async def _ask_and_wait(port: int, streams: int, seconds: float) -> None:
    async with http2(port, trusting("h2")) as client:
        for _ in range(streams):
            client.request(FILM)
        await client.until(h2.events.DataReceived)
        await asyncio.sleep(seconds)


def left(home: Path, _: float) -> list[Line]:
    lines = []
    kinds = {"said nothing": b"", "half asked": b"GET /pi", "asked": request("/ping")}
    with with_film(home, 1_000_000) as server:
        secure = ready(server)
        before = settled(server, lambda _: False, 1)
        for kind, said in kinds.items():
            for name, port, trust in (("", server.port, None), (" over TLS", secure, trusting())):
                asyncio.run(_say_and_leave(port, said, trust, count=300))
                after = settled(server, lambda it: it.descriptors <= before.descriptors + 3, 5)
                met = after.descriptors <= before.descriptors + 3
                lines.append(line(f"300 clients that {kind}{name} and left", before, after,
                                  "descriptors +3", met))  # fmt: skip
    return lines


async def _say_and_leave(port: int, said: bytes, trust: ssl.SSLContext | None, count: int) -> None:
    clients = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        writer.write(said)
        if said.endswith(b"\r\n\r\n"):
            await reader.readuntil(b"\r\n\r\n")
        clients.append(writer)
    for writer in clients:
        writer.transport.abort()


_FEW_DESCRIPTORS = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
from lvs.cli import main
main(["serve"])
"""


def silent(home: Path, _: float) -> list[Line]:
    """A server of 1,024 descriptors answers while 3,000 clients connect and say nothing."""
    server = with_film(home, 1_000_000)
    server.command = ("-c", _FEW_DESCRIPTORS)
    with server:
        secure = ready(server)
        before = held(server)
        slowest_s, failed = asyncio.run(_ask_among_the_silent(server, secure))
        after = settled(server, lambda it: it.descriptors <= before.descriptors + 3)
        offline = [
            it for it in server.output if "away" in it or "offline" in it or "Traceback" in it
        ]
    return [
        line("3,000 silent clients against 1,024 descriptors, after they left", before, after,
             "descriptors +3", after.descriptors <= before.descriptors + 3),
        Line("a page and a film for others meanwhile",
             f"{slowest_s:.1f} s at most, {failed} failed", "-", "-", "2 s, 0 failed",
             slowest_s < 2 and not failed),
        Line("folders that went away, tracebacks", str(len(offline)), "-", "-", "0", not offline),
    ]  # fmt: skip


async def _ask_among_the_silent(server: Process, secure: int) -> tuple[float, int]:
    clients: list[asyncio.StreamWriter] = []
    slowest_s, failed = 0.0, 0
    for number in range(3_000):
        with contextlib.suppress(OSError):
            port = secure if number % 3 == 0 else server.port  # half a TLS hello
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x16\x03\x01" if number % 3 == 0 else b"GET" * (number % 2))
            clients.append(writer)
        if number % 100 == 99:
            began = time.monotonic()
            for path in ("/", FILM):
                try:
                    async with asyncio.timeout(10):
                        failed += await fetch(server.port, path) != 200
                except (OSError, IndexError):
                    failed += 1
            slowest_s = max(slowest_s, time.monotonic() - began)
    for writer in clients:
        writer.transport.abort()
    return slowest_s, failed


def cut(home: Path, _: float) -> list[Line]:
    with with_film(home, 200_000_000) as server:
        secure = ready(server)
        before = held(server)
        asyncio.run(_cut_all(server.port, secure))
        after = settled(server, lambda it: it.films == 0)
    fine = after.films == 0 and after.descriptors <= before.descriptors + 3
    return [
        line(f"{CUT} cut requests; {after.films} files still open", before, after,
             "0 files, descriptors +3, +60 MB", fine and after.mb < before.mb + 60),
    ]  # fmt: skip


async def _cut_all(port: int, secure: int) -> None:
    at_once = asyncio.Semaphore(AT_ONCE)
    h1, tls = None, trusting()

    async def one(number: int) -> None:
        async with at_once:
            with contextlib.suppress(OSError, EOFError):
                if number % 4 == 0:
                    await _cut_over_http_2(secure)
                else:
                    trust = tls if number % 4 == 1 else h1
                    await _cut_over_http_1(secure if trust else port, trust)

    await asyncio.gather(*map(one, range(CUT)))


async def _cut_over_http_1(port: int, trust: ssl.SSLContext | None) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    writer.write(request(FILM))
    if random.random() < 0.5:
        await reader.read(random.choice((1, 1_000, 65_536)))
    else:
        await asyncio.sleep(random.random() * 0.005)
    reset(writer)


async def _cut_over_http_2(port: int) -> None:
    async with http2(port, trusting("h2")) as client:
        for _ in range(4):
            stream = client.request(FILM)
            await asyncio.sleep(random.random() * 0.005)
            client.connection.reset_stream(stream, 8)  # CANCEL (RFC 9113, section 7)
            client.flush()


def tls(home: Path, _: float) -> list[Line]:
    with with_film(home, 60_000_000) as server:
        port = ready(server)
        before = held(server)
        asyncio.run(_leave_early(port, 500))
        after = settled(server, lambda it: it.mb < before.mb + 60)
    met = after.mb < before.mb + 60
    return [line("500 videos over TLS, left after 200 kB", before, after, "+60 MB", met)]


async def _leave_early(port: int, count: int) -> None:
    at_once, trust = asyncio.Semaphore(4), trusting()

    async def one() -> None:
        async with at_once:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
            writer.write(request(FILM))
            await reader.readexactly(200_000)
            writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))

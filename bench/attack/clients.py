"""Rude clients, and what a server holds while they are at work."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.harness import Line
from tests.helpers.servers import Process

FILM = "/video/film.mp4"


def trusting(*protocols: str) -> ssl.SSLContext:
    """TLS that trusts anybody, with the protocols to offer (`h2`)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def with_film(home: Path, size_bytes: int, **settings: str) -> Process:
    """A server of one film, which holds nothing."""
    (home / "videos").mkdir()
    with (home / "videos" / "film.mp4").open("wb") as file:
        file.truncate(size_bytes)
    return Process(home / "videos", home / "data", settings)


def ready(server: Process) -> int:
    """Wait until it lists its film; the port of HTTPS."""
    server.wait_for(server.cards, "the film")

    def addresses() -> list[str]:
        return [line for line in server.output if "https://127.0.0.1:" in line]

    server.wait_for(addresses, "address of HTTPS")
    return int(addresses()[0].rpartition(":")[2].rstrip("/"))


@dataclass(frozen=True)
class Held:
    """What the web process holds: memory, descriptors, threads."""

    mb: float
    descriptors: int
    threads: int
    films: int

    def __str__(self) -> str:
        return f"{self.mb:.0f} MB, {self.descriptors} descriptors, {self.threads} threads"


def held(server: Process) -> Held:
    process = psutil.Process(server.process.pid)
    films = sum(file.path.endswith("film.mp4") for file in process.open_files())
    mb = process.memory_info().rss / 1e6
    return Held(mb, process.num_fds(), process.num_threads(), films)


def settled(server: Process, enough: Callable[[Held], bool], limit_s: float = 15) -> Held:
    """What it holds once that is little enough, or at the end of the time."""
    deadline = time.monotonic() + limit_s
    while not enough(found := held(server)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def line(what: str, before: Held, after: Held, budget: str, met: bool) -> Line:
    return Line(what, str(after), str(before), f"{after.mb - before.mb:+.0f} MB", budget, met)


def request(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def reset(writer: asyncio.StreamWriter) -> None:
    """Leave as a device does that is switched off."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def fetch(port: int, path: str, trust: ssl.SSLContext | None = None) -> int:
    """The status of a whole answer over HTTP/1.1."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    try:
        writer.write(request(path, "Connection: close"))
        status = await reader.readline()
        while await reader.read(65_536):
            pass
        return int(status.split()[1])
    finally:
        writer.transport.abort()

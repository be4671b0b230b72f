"""All kinds of clients at once over HTTP/1.1, HTTPS and HTTP/2: does anything grow?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import h2.events

from bench.attack.clients import FILM, Held, fetch, held, line, request, reset, settled, trusting
from bench.harness import Line, library, wait_until_quiet
from tests.helpers.http2 import http2
from tests.helpers.servers import Process

PAGES = ("/", "/all?sort=title", "/tags", "/favorites", "/api/videos", "/all?q=video", "/ping")
CLIENTS = {"pages": 3, "http2": 2, "stalls": 4, "cuts": 4, "live": 6, "uploads": 1, "rates": 1}


class Load:
    """The clients, what they did, and what went wrong."""

    def __init__(self, server: Process, secure: int, hashes: list[str]) -> None:
        self._ports = ((server.port, None), (secure, trusting()))
        self._secure = secure
        self._hashes = hashes
        self.over = False
        self.done: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    async def run(self) -> None:
        await asyncio.gather(
            *(self._keep_on(name) for name, count in CLIENTS.items() for _ in range(count))
        )

    async def _keep_on(self, name: str) -> None:
        once: Callable[[], Awaitable[None]] = getattr(self, name)
        while not self.over:
            try:
                async with asyncio.timeout(30):
                    await once()
                self.done[name] += 1
            except Exception as error:
                self.errors[f"{name}: {type(error).__name__} {error}"[:80]] += 1
            await asyncio.sleep(0.02)

    async def pages(self) -> None:
        port, trust = random.choice(self._ports)
        path = random.choice(PAGES)
        if (status := await fetch(port, path, trust)) != 200:
            raise RuntimeError(f"{status} for {path}")

    async def http2(self) -> None:
        async with http2(self._secure, trusting("h2"), polite=True) as client:
            for _ in range(10):
                status, body = await client.answer(client.request(random.choice(PAGES)))
                if status != 200 or not body:
                    raise RuntimeError(f"{status} over HTTP/2")

    async def stalls(self) -> None:
        """A player that has enough, and leaves later."""
        if random.random() < 0.5:
            async with http2(self._secure, trusting("h2")) as client:
                client.request(FILM)
                await client.until(h2.events.DataReceived)
                await asyncio.sleep(random.uniform(0.5, 5))
        else:
            port, trust = random.choice(self._ports)
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
            writer.write(request(FILM))
            await reader.readexactly(300_000)
            await asyncio.sleep(random.uniform(0.5, 5))
            writer.transport.abort()

    async def cuts(self) -> None:
        """A player that seeks."""
        port, trust = random.choice(self._ports)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        writer.write(request(FILM, f"Range: bytes={random.randrange(200_000_000)}-"))
        with contextlib.suppress(OSError):
            await reader.read(random.choice((1, 1_000, 200_000)))
        reset(writer)

    async def live(self) -> None:
        """A tab that sleeps, and is closed."""
        async with http2(self._secure, trusting("h2")) as client:
            client.request("/events")
            await client.until(h2.events.ResponseReceived)
            await asyncio.sleep(random.uniform(5, 20))

    async def uploads(self) -> None:
        """A body that is refused before its end, beside a request that is not."""
        async with http2(self._secure, trusting("h2")) as client:
            upload = client.request(
                "/api/favorites", "POST", end=False, content_type="application/json",
                content_length="5000000",
            )  # fmt: skip
            for _ in range(3):
                client.connection.send_data(upload, bytes(16_000))
            client.flush()
            status, _ = await client.answer(upload)
            again, _ = await client.answer(client.request("/ping"))
            if status not in (413, 429) or again != 200:
                raise RuntimeError(f"{status} and {again} for an upload")
            await asyncio.sleep(0.5)

    async def rates(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._ports[0][0])
        body = json.dumps({"value": random.randint(1, 5)})
        writer.write(
            f"POST /api/ratings/{random.choice(self._hashes)} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        status = int((await reader.readline()).split()[1])
        writer.transport.abort()
        if status not in (200, 201, 429):
            raise RuntimeError(f"{status} for a rating")
        await asyncio.sleep(0.2)


def run(home: Path, minutes: float) -> list[Line]:
    place = library(home, 500)
    with (place.videos / "film.mp4").open("wb") as file:
        file.truncate(2_200_000_000)
    with place.server() as server:
        wait_until_quiet(server)
        server.wait_for(lambda: server.get(FILM, method="HEAD").status == 200, "the film")
        found = [it for it in server.output if "https://127.0.0.1:" in it]
        secure = int(found[0].rpartition(":")[2].rstrip("/"))
        listed = json.loads(server.get("/api/videos?limit=60").body)["videos"]
        before = held(server)
        load = Load(server, secure, [it["media_hash"] for it in listed])
        early, most = asyncio.run(_watch(load, server, minutes * 60))
        after = settled(server, lambda it: it.descriptors <= before.descriptors + 5, 30)
        logged = [it for it in server.output if "Traceback" in it or " ERROR " in it]
        began = time.monotonic()
        server.stop()
        stopped_s = time.monotonic() - began
    total = sum(load.done.values())
    print(dict(load.done), dict(load.errors), sep="\n")
    return [
        line(f"{minutes:g} minutes of mixed load; before: after its first minute", early, after,
             "+30 MB", after.mb < early.mb + 30),
        line(f"the same; at most {most}", before, after, "descriptors +5, threads +20",
             after.descriptors <= before.descriptors + 5 and after.threads < before.threads + 20),
        Line("errors", f"{sum(load.errors.values())} of {total}; {len(logged)} in the log", "-",
             "-", "0", not load.errors and not logged),
        Line("end after SIGTERM", f"{stopped_s:.1f} s", "-", "-", "8 s", stopped_s < 8),
    ]  # fmt: skip


async def _watch(load: Load, server: Process, seconds: float) -> tuple[Held, Held]:
    """What is held after the first minute (or tenth), and the most at any time."""
    running = asyncio.create_task(load.run())
    began = time.monotonic()
    early: Held | None = None
    most = held(server)
    while (passed := time.monotonic() - began) < seconds:
        await asyncio.sleep(min(5, seconds / 10))
        now = held(server)
        if early is None and passed >= min(60, seconds / 3):
            early = now
        most = max(most, now, key=lambda it: it.mb)
    load.over = True
    await running
    return early or most, most

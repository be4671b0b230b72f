"""A headset that answers as DeoVR does, and talks nonsense as fast as it is read."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from pathlib import Path

from bench.attack.clients import held, line, ready, settled, with_film
from bench.harness import Line

SECONDS = 8.0
PAGES = ("/", "/continue", "/watch/film.mp4", "/api/videos")


def frames(home: Path, _: float) -> list[Line]:
    return asyncio.run(_frames(home))


async def _frames(home: Path) -> list[Line]:
    sent = 0
    stop = asyncio.Event()
    path = ""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        chance = random.Random(sent)
        try:
            while not stop.is_set():
                body = _body(chance, path)
                writer.write(struct.pack("<I", len(body)) + body)
                await writer.drain()
                sent += 1
        except (OSError, asyncio.CancelledError):  # the server, or this loop, has ended
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as headset:
        address = f"127.0.0.1:{headset.sockets[0].getsockname()[1]}"
        with with_film(home, 1_000_000, LVS_DEOVR_HEADSETS=address) as server:
            await asyncio.to_thread(ready, server)
            listed = await asyncio.to_thread(server.get, "/api/videos")
            path = f"http://x/stream/{json.loads(listed.body)['videos'][0]['media_hash']}/v.mp4"
            await asyncio.sleep(1)
            before = held(server)
            await asyncio.sleep(SECONDS)
            failed = []
            for page in PAGES:
                answer = await asyncio.to_thread(server.get, page)
                if answer.status != 200:
                    failed.append(f"{page} {answer.status}")
            stop.set()
            after = await asyncio.to_thread(settled, server, lambda now: now.mb < before.mb + 20)
            what = f"{sent:,} frames of a headset, {', '.join(failed) or 'every page answers'}"
            good = not failed and after.mb < before.mb + 20
            return [line(what, before, after, "20 MB, no page fails", good)]


def _body(chance: random.Random, path: str) -> bytes:
    """Mostly states of our video with odd times; now and then no state at all."""
    time = chance.choice(
        ["Infinity", "-Infinity", "NaN", "1e999", "1e300", "-1", "0", "33.5", "{}"]
    )
    state = f'{{"path": "{path}", "currentTime": {time}, "playerState": {chance.randrange(4)}}}'
    odd = [b"", b"{", b"[]", b"null", b'{"path": 3}', b"\xff" * 100, b"[" * 5_000]
    return chance.choice(odd) if chance.random() < 0.3 else state.encode()

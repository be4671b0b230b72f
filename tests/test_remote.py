"""DeoVR's remote control: a scripted headset on TCP, whose playing becomes views and positions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import struct
from collections.abc import AsyncIterator

import pytest

from lvs.headsets.deovr_remote import DeoVRRemote
from lvs.services import Services
from lvs.store import items, playback
from lvs.viewer import EVERYTHING, HOUSEHOLD, Viewer
from tests.helpers.libraries import fill, hash_of
from tests.helpers.servers import LocalServer, eventually


class Headset:
    """Listens as DeoVR does."""

    def __init__(self) -> None:
        self.name = ""
        self.alive = 0
        self.connections = 0
        self._writer: asyncio.StreamWriter | None = None

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connections += 1
        while frame := await reader.read(4):
            assert frame == bytes(4)
            self.alive += 1

    def send(self, body: object) -> None:
        assert self._writer is not None
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._writer.write(struct.pack("<I", len(raw)) + raw)

    def raw(self, body: bytes) -> None:
        assert self._writer is not None
        self._writer.write(body)


@contextlib.asynccontextmanager
async def listening(headset: Headset) -> AsyncIterator[str]:
    """The address of a headset. Its end does not wait for clients, as `async with` on a server does
    since Python 3.12."""
    server = await asyncio.start_server(headset.accept, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
async def headset(services: Services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Headset]:
    monkeypatch.setattr("lvs.headsets.deovr_remote.ALIVE_EVERY_S", 0.01)
    monkeypatch.setattr("lvs.headsets.deovr_remote.AGAIN_AFTER_S", 0.01)
    await fill(services.store, 2)
    found = Headset()
    async with listening(found) as name:
        found.name = name
        remotes = DeoVRRemote([found.name], HOUSEHOLD, services.store, services.sessions)
        running = asyncio.create_task(remotes.run())
        await eventually(lambda: found.alive > 2)
        yield found
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def state(path: str, at_s: float, player: int) -> dict[str, object]:
    return {"path": path, "duration": 600.0, "currentTime": at_s, "playerState": player}


async def views(services: Services, item_id: int) -> int:
    return (await services.store.read(items.cards, EVERYTHING, [item_id]))[item_id].views


async def test_playing_becomes_a_view_and_a_position(services: Services, headset: Headset) -> None:
    path = f"http://192.168.1.2:8080/stream/{await hash_of(services, 1)}/video.mp4"
    before, other = await views(services, 1), await views(services, 2)
    headset.send(b"")
    for at_s in (0, 1, 5, 12, 20):
        headset.send(state(path, at_s, 0))
    headset.send(state(path, 33.5, 1))

    async def saved() -> bool:
        return await services.store.read(playback.state_of, HOUSEHOLD, 1) == (33.5, False)

    await eventually(saved)
    assert await views(services, 1) == before + 1
    headset.send(state("/sdcard/Movies/own.mp4", 3, 0))
    headset.send(state(path, 40, 0))  # put on again

    async def again() -> bool:
        return await views(services, 1) == before + 2

    await eventually(again)
    assert await views(services, 2) == other


@pytest.mark.parametrize("time", ["Infinity", "-Infinity", "NaN", "1e999", "1e300", "-1"])
async def test_an_invalid_time_is_not_stored(
    services: Services, headset: Headset, time: str
) -> None:
    path = f"http://x/stream/{await hash_of(services, 1)}/video.mp4"
    headset.send(f'{{"path": "{path}", "currentTime": {time}, "playerState": 1}}'.encode())
    headset.send(state(path, 33.5, 1))

    async def saved() -> bool:
        return await services.store.read(playback.state_of, HOUSEHOLD, 1) == (33.5, False)

    await eventually(saved)
    assert headset.connections == 1


@pytest.mark.parametrize("position_s", [math.inf, -math.inf, math.nan, 1e300])
async def test_an_invalid_position_breaks_no_page(
    server: LocalServer, services: Services, position_s: float
) -> None:
    await fill(services.store, 2)
    await services.store.write(playback.save_position, HOUSEHOLD, 1, position_s)
    state_s, watched = await services.store.read(playback.state_of, HOUSEHOLD, 1)
    assert (math.isfinite(state_s), watched) == (True, position_s == 1e300)
    if not math.isnan(position_s):  # as an older version stored it
        await services.store.write(
            lambda tx: tx.connection.execute(
                "update playback_progress set position_s = ?", (position_s,)
            )
        )
    for page in (
        "/",
        "/all",
        "/continue",
        "/watch/Video%20000000.mp4",
        "/api/videos",
        "/heresphere",
    ):
        assert (await server.get(page)).status == 200, page


async def test_a_headset_that_fails_costs_no_other(
    services: Services, headset: Headset, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Headset()
    path = f"http://x/stream/{await hash_of(services, 1)}/video.mp4"
    before = await views(services, 1)
    async with listening(other) as name:
        sessions, plays = services.sessions, services.sessions.playing

        async def fail_for_the_first(viewer: Viewer, player: str, item_id: int) -> None:
            if player != name:
                raise ZeroDivisionError
            await plays(viewer, player, item_id)

        monkeypatch.setattr(sessions, "playing", fail_for_the_first)
        second = asyncio.create_task(
            DeoVRRemote([headset.name, name], HOUSEHOLD, services.store, sessions).run()
        )
        await eventually(lambda: other.alive and headset.connections == 2)
        headset.send(state(path, 1, 0))
        await eventually(lambda: headset.connections > 2)  # its own, again
        other.send(state(path, 1, 0))

        async def counted() -> bool:
            return await views(services, 1) == before + 1

        await eventually(counted)
        assert other.connections == 1
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


async def test_nonsense_ends_nothing_but_the_connection(
    services: Services, headset: Headset
) -> None:
    headset.send(b"{")
    headset.send(["not", "a", "state"])
    headset.send({"path": 3})
    headset.send(state("http://x/stream/unknown/video.mp4", 3, 0))
    assert headset.connections == 1
    headset.raw(b"\xff\xff\xff\xff")
    await eventually(lambda: headset.connections == 2)
    path = f"http://x/stream/{await hash_of(services, 2)}/video.mp4"
    before = await views(services, 2)
    headset.send(state(path, 15, 0))

    async def counted() -> bool:
        return await views(services, 2) == before + 1

    await eventually(counted)

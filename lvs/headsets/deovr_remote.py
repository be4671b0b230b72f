"""Follows DeoVR on headsets whose "remote control" is on: views and positions come of it.

DeoVR listens; frames are a 32-bit little-endian length and JSON, an empty one is a sign of life,
due every second or so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from lvs import urls
from lvs.errors import LvsError
from lvs.headsets.playback_sessions import Sessions
from lvs.models import LONGEST_S
from lvs.store import Store, items
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

PORT = 23554
ALIVE_EVERY_S = 1.0
AGAIN_AFTER_S = 10.0
SAVE_EVERY_S = 10.0  # seconds of the video
_LONGEST = 1 << 20
_PLAYING = 0


class _State(BaseModel):
    """The player's message: `currentTime` in seconds, `playerState` 0 playing, 1 paused, 2 end."""

    path: str = ""
    currentTime: Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False)] = 0.0  # noqa: N815 - DeoVR's names
    playerState: int | None = None  # noqa: N815


class DeoVRRemote:
    """A connection to each headset (`host` or `host:port`), reopened whenever it is lost."""

    def __init__(
        self, headsets: Sequence[str], viewer: Viewer, store: Store, sessions: Sessions
    ) -> None:
        self._headsets = headsets
        self._viewer = viewer
        self._store = store
        self._sessions = sessions

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for headset in self._headsets:
                group.create_task(self._keep(headset), name=f"DeoVR on {headset}")

    async def _keep(self, headset: str) -> None:
        """Whatever fails costs this headset its connection, and no other."""
        host, _, port = headset.partition(":")
        while True:
            try:
                await self._follow(headset, host, int(port or PORT))
            except (OSError, EOFError, ValueError):  # off, asleep, or sends something else
                pass
            except LvsError as error:
                log.warning("Can't save playback of DeoVR on %s: %s", headset, error.detail)
            except Exception:
                log.exception("Following DeoVR on %s failed; retrying", headset)
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _follow(self, headset: str, host: str, port: int) -> None:
        """Until the connection is lost. Raises OSError, EOFError, ValueError."""
        reader, writer = await asyncio.open_connection(host, port)
        log.info("Following DeoVR on %s", headset)
        alive = asyncio.create_task(_stay_alive(writer), name=f"DeoVR on {headset}")
        watched = _Watched(headset, self._viewer, self._store, self._sessions)
        try:
            while True:
                if (state := await _next(reader)) is not None:
                    await watched.hear(state)
        finally:
            alive.cancel()
            writer.close()


class _Watched:
    """What is on in one headset."""

    def __init__(self, headset: str, viewer: Viewer, store: Store, sessions: Sessions) -> None:
        self._headset = headset
        self._viewer = viewer
        self._store = store
        self._sessions = sessions
        self._path = ""
        self._video: int | None = None
        self._saved_s = 0.0

    async def hear(self, state: _State) -> None:
        if state.path != self._path:
            self._path, self._saved_s = state.path, 0.0
            self._video = await self._of(state.path)
            if self._video is not None:
                self._sessions.start(self._viewer, self._headset, self._video)
        if self._video is None or state.playerState is None:
            return
        playing, at_s = state.playerState == _PLAYING, state.currentTime
        if playing:
            await self._sessions.playing(self._viewer, self._headset, self._video)
        moved = abs(at_s - self._saved_s)
        if at_s > 0 and moved >= (SAVE_EVERY_S if playing else 1.0):
            self._saved_s = at_s
            await self._sessions.save_position(self._viewer, self._video, at_s, playing=playing)

    async def _of(self, path: str) -> int | None:
        """The video of an address of ours; None for what else is played there."""
        media_hash = urls.hash_of_stream(path)
        if not media_hash:
            return None
        return await self._store.read(items.id_of_hash, self._viewer.audience, media_hash)


async def _next(reader: asyncio.StreamReader) -> _State | None:
    """The next state; None for a sign of life, or what is no state. Raises ValueError for what is
    no frame."""
    length = int.from_bytes(await reader.readexactly(4), "little")
    if length > _LONGEST:
        raise ValueError(length)
    body = await reader.readexactly(length)
    with contextlib.suppress(ValidationError, json.JSONDecodeError):
        return _State.model_validate_json(body) if body else None
    return None


async def _stay_alive(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while True:
            writer.write(bytes(4))
            await writer.drain()
            await asyncio.sleep(ALIVE_EVERY_S)

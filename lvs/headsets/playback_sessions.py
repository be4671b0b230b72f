"""Who plays what in a headset: one view for each time a video is put on."""

from __future__ import annotations

from lvs.caches import Cache
from lvs.store import Store, playback
from lvs.viewer import Viewer

KEPT = 1_000


class Sessions:
    """Turns messages of players into views and positions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: Cache[tuple[int, str, int], bool] = Cache(KEPT)

    def start(self, viewer: Viewer, player: str, item_id: int) -> None:
        """A video was put on: playing it is a new view."""
        self._counted.put((viewer.user_id, player, item_id), False)

    async def playing(self, viewer: Viewer, player: str, item_id: int) -> None:
        """It runs; counted once, however often it is paused."""
        if not self._counted.get((viewer.user_id, player, item_id)):
            self._counted.put((viewer.user_id, player, item_id), True)
            try:
                await self._store.write(playback.count_view, item_id)
            except BaseException:
                self._counted.put((viewer.user_id, player, item_id), False)
                raise

    async def save_position(
        self, viewer: Viewer, item_id: int, position_s: float, *, playing: bool = False
    ) -> None:
        await self._store.write(
            playback.save_position, viewer, item_id, position_s, playing=playing
        )

"""Who plays what in a headset: one view for each time a video is put on."""

from __future__ import annotations

from lvs.caches import Cache
from lvs.store import Store, playback

KEPT = 1_000


class Sessions:
    """Turns messages of players into views and positions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: Cache[tuple[str, int], bool] = Cache(KEPT)

    def start(self, player: str, item_id: int) -> None:
        """A video was put on: playing it is a new view."""
        self._counted.put((player, item_id), False)

    async def playing(self, player: str, item_id: int) -> None:
        """It runs; counted once, however often it is paused."""
        if not self._counted.get((player, item_id)):
            self._counted.put((player, item_id), True)
            try:
                await self._store.write(playback.count_view, item_id)
            except BaseException:
                self._counted.put((player, item_id), False)
                raise

    async def save_position(
        self, item_id: int, position_s: float, *, playing: bool = False
    ) -> None:
        await self._store.write(playback.save_position, item_id, position_s, playing=playing)

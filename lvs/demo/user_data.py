"""What a viewer has done in the demo before it is first opened: tags, ratings, favorites, views."""

from __future__ import annotations

import asyncio

from lvs.demo.catalogue import ENTRIES, Seed
from lvs.services import Services
from lvs.store import curation, files, playback, tags
from lvs.store.writer import Transaction
from lvs.viewer import HOUSEHOLD

_CHECK_EVERY_S = 0.3


async def seed(services: Services) -> None:
    """Wait until the first scan has found every video, then store the user data."""
    root_id = next(iter(services.library.roots))
    while not await services.store.write(_seed_all, root_id):
        await asyncio.sleep(_CHECK_EVERY_S)


def _seed_all(tx: Transaction, root_id: int) -> bool:
    """Whether every video was there; nothing is stored otherwise."""
    found = {name: files.at_path(tx.connection, root_id, name) for name in ENTRIES}
    if None in found.values():
        return False
    for name, file in found.items():
        if file is not None:
            _store(tx, file.item_id, ENTRIES[name].seed)
    return True


def _store(tx: Transaction, item_id: int, given: Seed) -> None:
    if given.tags:
        tags.set_all(tx, item_id, given.tags)
    if given.rating is not None:
        curation.rate(tx, HOUSEHOLD, item_id, given.rating)
    if given.favorite:
        curation.set_favorite(tx, HOUSEHOLD, item_id, True)
    for _ in range(given.views):
        playback.count_view(tx, item_id)
    if given.position_s > 0:
        playback.save_position(tx, HOUSEHOLD, item_id, given.position_s)

"""Libraries of any size without a file: rows as a scan and a probe would leave them."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from lvs.models import Card, FoundFile
from lvs.services import Services
from lvs.store import Store, Transaction, curation, files, gallery, items
from lvs.store.list_plan import ListSpec
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.servers import LocalServer, eventually

BATCH = 2_000


async def fill(
    store: Store, count: int, folders: Sequence[str] = ("",), root_id: int = 1, start: int = 0
) -> None:
    """Add `count` videos, spread over folders, each with its own facts, age and thumbnail."""
    for first in range(start, start + count, BATCH):
        last = min(first + BATCH, start + count)
        await store.write(_add, root_id, range(first, last), folders)


def _add(tx: Transaction, root_id: int, numbers: range, folders: Sequence[str]) -> None:
    chance = random.Random(numbers.start)
    found = []
    for number in numbers:
        folder = folders[number % len(folders)]
        name = f"Video {number:06}.mp4"
        path = f"{folder}/{name}" if folder else name
        mtime_ns = (1_500_000_000 + chance.randrange(200_000_000)) * 1_000_000_000
        size = chance.randrange(1_000_000, 4_000_000_000)
        found.append(FoundFile(path, size, mtime_ns, f"{chance.getrandbits(64):016x}"))
    files.ingest(tx, root_id, found, {}, first_scan=True)
    tx.connection.execute(
        "update video_facts set video_codec = 'h264', audio_codec = 'aac', width = 1920,"
        " height = 1080, frame_rate = 25 where item_id in"
        " (select id from item where probed_at is null)"
    )
    tx.connection.execute(
        "update item set probed_at = 1, container = 'mov',"
        " duration_s = 10 + random_key % 7000, view_count = random_key / 7 % 50,"
        " rating_average = random_key / 11 % 5, thumbnail = fingerprint,"
        " preview = 'data:image/webp;base64,' || replace(:preview, ' ', fingerprint),"
        " version = version + 1"
        " where probed_at is null",
        {"preview": " " * 11},
    )


def age(folder: Path, seconds: float = 60) -> None:
    """Make everything look untouched for a while, so that a scan ingests it immediately."""
    then = time.time() - seconds
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime > then:
            os.utime(path, (then, then))


async def library(services: Services) -> dict[str, Card]:
    """The library after a scan: cards by path."""
    for root in services.library.config.video_directory:
        age(root)
    await services.library.scan_all()
    page = await services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1000)
    cards = await services.store.read(items.cards, EVERYTHING, [video for video, _ in page.items])
    return {card.file.path: card for card in cards.values()}


async def shown(services: Services) -> dict[str, Card]:
    page = await services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1000)
    cards = await services.store.read(items.cards, EVERYTHING, [video for video, _ in page.items])
    return {card.file.path: card for card in cards.values()}


async def wait_for(services: Services, *names: str) -> dict[str, Card]:
    """The library once it holds exactly these files."""

    async def holds() -> dict[str, Card] | None:
        found = await shown(services)
        return (found or {"": None}) if set(found) == set(names) else None  # type: ignore[dict-item]

    found: dict[str, Card] = await eventually(holds)
    return found


async def hash_of(services: Services, item_id: int) -> str:
    found: str = (await services.store.read(items.cards, EVERYTHING, [item_id]))[item_id].media_hash
    return found


async def heart(server: LocalServer, *item_ids: int) -> None:
    await server.services.store.write(
        lambda tx: [curation.set_favorite(tx, HOUSEHOLD, item_id, None) for item_id in item_ids]
    )


def delete_old_events(tx: Transaction) -> None:
    """All but the newest, as after many more than are kept."""
    tx.connection.execute("delete from event where id < (select max(id) from event)")


async def touched(server: LocalServer, *item_ids: int) -> None:
    """A new version of each, which everybody's pages show."""

    def touch(tx: Transaction) -> None:
        for item_id in item_ids:
            items.touch(tx, item_id)

    await server.services.store.write(touch)


async def probe_all(services: Services) -> None:
    """Let the media workers probe everything that waits."""
    probing = asyncio.create_task(services.library.probe_queue.run())
    try:
        await eventually(services.library.probe_queue.is_idle, 60)
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)

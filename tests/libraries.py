"""Libraries of any size without a file: rows as a scan and a probe would leave them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lvs.models import FoundFile
from lvs.store import Store, Transaction, files

BATCH = 2_000


async def fill(
    store: Store, count: int, folders: Sequence[str] = ("",), root_id: int = 1, start: int = 0
) -> None:
    """Add `count` videos, spread over folders, with facts, ages and pictures of their own."""
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
    files.take_in(tx, root_id, found, {}, first_scan=True)
    tx.connection.execute(
        "update video set probed_at = 1, container = 'mov', video_codec = 'h264',"
        " audio_codec = 'aac', width = 1920, height = 1080, frame_rate = 25,"
        " duration_s = 10 + abs(random() % 7000), view_count = abs(random() % 50),"
        " rating_average = abs(random() % 5), thumbnail = fingerprint,"
        " preview = 'data:image/webp;base64,' || hex(randomblob(90)), version = version + 1"
        " where probed_at is null"
    )

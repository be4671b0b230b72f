"""Cleanup deletes what has been missing for long, and nothing else."""

from __future__ import annotations

import pytest

from lvs.services import Services
from lvs.store import Connection, Transaction, cleanup, curation, files, tags
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.libraries import fill

pytestmark = pytest.mark.engines("sqlite", "postgres")


async def test_cleanup_deletes_only_what_has_been_missing_for_long(
    services: Services, engine: str
) -> None:
    def curate(tx: Transaction) -> None:
        for item_id in range(1, 31):
            curation.rate(tx, HOUSEHOLD, item_id, 3)
            tags.set_all(tx, item_id, ["Sea", "Summer", "Été"])

    store = services.store
    await fill(store, 60)
    await store.write(curate)

    async def missing(*item_ids: int) -> None:
        def mark(tx: Transaction) -> None:
            for item_id in item_ids:
                files.mark_missing(tx, files.of_item(tx.connection, item_id))

        await store.write(mark)

    await missing(1, 2, 50)
    at = (await store.write(lambda tx: tx.at)) + 1000
    found = await store.read(cleanup.long_missing, at)
    assert [(item.id, item.ratings, item.tags) for item in found] == [
        (1, 1, 3),
        (2, 1, 3),
        (50, 0, 0),
    ]
    assert await store.read(cleanup.long_missing, at - 3_600_000) == []
    assert await store.write(cleanup.purge, [1, 50, 3]) == 2
    left = await store.read(
        lambda conn: [
            row[0] for row in conn.execute("select id from item where id < 5 order by id")
        ]
    )
    assert left == [2, 3, 4]
    counts = await store.read(tags.by_name, EVERYTHING)
    assert {tag.name: tag.count for tag in counts}["Sea"] == 29
    if engine == "sqlite":  # PostgreSQL refuses a row that refers to none
        assert await store.read(_lost_references) == []


def _lost_references(conn: Connection) -> list[object]:
    found: list[object] = conn.execute("pragma foreign_key_check").fetchall()
    return found

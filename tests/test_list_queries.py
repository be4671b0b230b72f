"""The SQL of every list, in a file that is read in a review: tests/golden/list_queries.sql.

After a deliberate change, write it again: run this file with `UPDATE_GOLDEN=1`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from lvs.folders import Folders
from lvs.listing.builtin import BUILTIN_LISTS
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.services import Services
from lvs.store import Connection, gallery, tags
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import HOME

GOLDEN = HOME / "tests" / "golden" / "list_queries.sql"
EXAMPLES = (
    "folder=Films",
    "tag=sea",
    "tag=sea&tag=night",
    "q=video",
    "q=video&sort=title",
    "q=video&tag=sea",
    "watched=0",
    "watched=1",
    "vr=1&stereo=1",
    "min_duration=60&max_duration=600",
    "min_height=1080&max_height=2160&folder=Films",
    "favorites=1&min_rating=3&sort=size",
)


def lists() -> Iterator[tuple[str, GalleryQuery]]:
    for one in BUILTIN_LISTS:
        yield f"{one.name}: {one.arguments or 'all'}", one.query
    for sort in SORT_ORDERS:
        if sort != "relevance":
            seed = "&seed=7" if sort == "random" else ""
            yield f"sort={sort}", parse_query(arguments_of(f"sort={sort}{seed}".encode()))
    for example in EXAMPLES:
        yield example, parse_query(arguments_of(example.encode()))


def statements(conn: Connection, folders: Folders, query: GalleryQuery) -> list[str]:
    """What SQLite runs for the first page of a list and for the place of a video in it."""
    spec = resolve(conn, HOUSEHOLD, folders, query).spec
    found: list[str] = []
    conn.set_trace_callback(found.append)
    gallery.page(conn, spec, limit=60)
    gallery.sort_key_of(conn, spec, 1)
    conn.set_trace_callback(None)
    return [" ".join(statement.split()) for statement in found]


async def test_the_queries_of_lists_are_those_of_the_golden_file(services: Services) -> None:
    await fill(services.store, 100, ("", "Films"))
    for name in ("sea", "night"):
        await services.store.write(tags.add, 1, name)
    parts = []
    for name, query in lists():
        found = await services.store.read(statements, services.folders, query)
        parts.append("\n".join((f"-- {name}", *(f"{statement};" for statement in found))))
    text = "\n\n".join(parts) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()

"""Lists are read along an index: a page of a large library costs what one of a small one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lvs.store import Connection, Store, gallery, roots
from lvs.store.list_plan import ListSpec
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill

INDEXED = [name for name, order in SORT_ORDERS.items() if order.is_indexed]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "library.db")
    await store.open()
    await store.write(roots.configure, {"videos": "/videos"})
    await fill(store, 200)
    yield store
    await store.close()


def steps_of_pages(conn: Connection, spec: ListSpec) -> list[str]:
    """How SQLite reads the first page of a list and the next, from `explain query plan`."""
    statements: list[str] = []
    conn.set_trace_callback(statements.append)
    _, cursor = gallery.list_page(conn, spec, limit=60)
    gallery.list_page(conn, spec, limit=60, after=cursor)
    conn.set_trace_callback(None)
    pages = [text for text in statements if " order by " in text]
    assert len(pages) == 2
    return [step[3] for text in pages for step in conn.execute(f"explain query plan {text}")]


@pytest.mark.parametrize("kind", ["", "video"])
@pytest.mark.parametrize("sort", INDEXED)
async def test_a_sort_order_is_walked_along_its_index(store: Store, sort: str, kind: str) -> None:
    steps = await store.read(steps_of_pages, ListSpec(HOUSEHOLD, sort, kind=kind))
    index = "item_kind_by_" if kind else "item_by_"
    assert all(f"INDEX {index}" in step for step in steps if " i " in step), steps
    assert not [step for step in steps if "TEMP B-TREE" in step], "nothing is sorted"


@pytest.mark.parametrize("kind", ["", "video"])
async def test_a_random_order_reads_its_keys_from_an_index(store: Store, kind: str) -> None:
    steps = await store.read(steps_of_pages, ListSpec(HOUSEHOLD, "random", seed=7, kind=kind))
    index = "item_kind_by_random" if kind else "item_by_random"
    assert [step for step in steps if f"INDEX {index}" in step], steps

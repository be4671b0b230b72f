"""Searches that take long: fewer do, they say so, and short reads need not wait for them."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from lvs.errors import UnavailableError
from lvs.services import Services
from lvs.store import Connection, database, gallery, list_plan, search
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer

ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n"


def endless(conn: Connection, /, *_: object, **__: object) -> bytes:
    conn.execute(ENDLESS).fetchone()
    return b"never"


@pytest.mark.parametrize("sort", ["random", "recent", "newest", "title", "rating"])
async def test_a_word_that_most_videos_have_finds_the_same_in_every_order(
    services: Services, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """Found by walking the order, or by gathering the hits."""
    await fill(services.store, 40)
    match = search.expression("video")
    few = await services.store.read(
        gallery.page, ListSpec(HOUSEHOLD, sort, seed=7, match=match), limit=50
    )
    monkeypatch.setattr(list_plan, "FEW_HITS", 5)
    many = await services.store.read(
        gallery.page, ListSpec(HOUSEHOLD, sort, seed=7, match=match), limit=50
    )
    assert many.items == few.items
    assert len(many.items) == many.total == 40


@pytest.mark.parametrize("sort", ["random", "recent"])
async def test_an_order_without_an_index_asks_the_search_once(
    services: Services, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """And not for each video: 100,000 of them took longer than a page may."""
    monkeypatch.setattr(list_plan, "FEW_HITS", 5)
    await fill(services.store, 40)
    view = ListSpec(HOUSEHOLD, sort, match=search.expression("video"))
    way = await services.store.read(list_plan.plan, view)
    assert "i.id in (select rowid from item_fts" in way.where
    assert "exists (select 1 from item_fts" not in way.where


async def test_the_hits_of_a_list_are_counted_once(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(server.services.store, 5)
    statements: list[str] = []
    for _ in range(2):
        await server.services.store.read(lambda conn: conn.set_trace_callback(statements.append))
    assert (await server.get("/api/videos?q=video")).status == 200
    assert len([one for one in statements if f"limit {list_plan.FEW_HITS + 1}" in one]) == 1


def test_a_search_uses_ten_words() -> None:
    assert len(search.expression(" ".join("abcdefghijklmnop")).wanted) == search.MAX_WORDS


async def test_a_search_that_takes_too_long_says_what_to_do(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "STATEMENT_LIMIT_S", 0.1)
    monkeypatch.setattr(gallery, "page", endless)
    answer = await server.get("/api/videos?q=video")
    assert answer.status == 503
    assert "Use fewer words" in answer.text
    assert not any(record.exc_info for record in caplog.records)


async def test_short_reads_do_not_wait_for_long_ones(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_LIMIT_S", 1.0)
    long = [asyncio.create_task(services.store.read_long(endless)) for _ in range(4)]
    await asyncio.sleep(0)
    assert await services.store.read(gallery.count, ListSpec(HOUSEHOLD)) == 0
    assert not any(task.done() for task in long)
    for task in long[1:]:
        task.cancel()
    await asyncio.gather(*long, return_exceptions=True)


async def test_a_store_that_is_closed_refuses_long_reads_too(services: Services) -> None:
    await services.store.close()
    with pytest.raises(UnavailableError):
        await services.store.read_long(endless)


HALF_A_PAIR = (
    base64.urlsafe_b64encode(json.dumps(["title", "\ud800", 1]).encode()).decode().rstrip("=")
)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/videos?sort=title&after={HALF_A_PAIR}", 400),
        (f"/all?sort=title&after={HALF_A_PAIR}", 400),
        ("/all?tag=%ff", 200),
        ("/partials/tags?tag=%ff", 200),
        ("/events?tag=%ff&since=x", 400),
    ],
)
async def test_text_that_is_none_is_refused_or_finds_nothing(
    server: LocalServer, path: str, status: int
) -> None:
    await fill(server.services.store, 1)
    answer = await server.get(path)
    assert answer.status == status
    assert "Video 000000" not in answer.text

"""Whole pages: rendered once for all who ask, never older than they may be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine

import pytest

from lvs.errors import NotFoundError
from lvs.headsets.playback_sessions import Sessions
from lvs.http.page_cache import PageCache
from lvs.http.responses import Rendered
from lvs.services import Services
from lvs.store import Store, curation, tags
from lvs.store.revisions import Revision
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer, eventually


class RenderContext:
    """Renders a page when it is let to; counts how often it was asked to."""

    def __init__(self) -> None:
        self.started = 0
        self.go_on = asyncio.Event()

    def page(self, html: str) -> Callable[[], Coroutine[None, None, Rendered]]:
        async def render() -> Rendered:
            self.started += 1
            await self.go_on.wait()
            if not html:
                raise NotFoundError("There is no such page.")
            return Rendered(html)

        return render


def edits(store: Store) -> Revision:
    return store.edits.of(HOUSEHOLD, averages=True)


@pytest.fixture
async def context() -> RenderContext:
    return RenderContext()


async def test_simultaneous_requests_share_one_rendering(context: RenderContext) -> None:
    pages = PageCache()
    asked = [asyncio.create_task(pages.page("/", 1, context.page("one"))) for _ in range(20)]
    await eventually(lambda: context.started == 1)
    asked.pop().cancel()  # one who leaves takes nothing from the others
    context.go_on.set()
    assert {page.body for page in await asyncio.gather(*asked)} == {b"one"}
    assert (await pages.page("/", 1, context.page("another"))).body == b"one"
    assert context.started == 1


async def test_an_old_page_is_served_while_a_new_one_is_rendered(
    context: RenderContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = PageCache()
    context.go_on.set()
    await pages.page("/", 1, context.page("old"))
    assert (await pages.page("/", 2, context.page("new"))).body == b"old"
    assert context.started == 1  # it may lag a little, and nothing is done about it
    monkeypatch.setattr("lvs.http.page_cache.MAX_STALE_S", 0.0)
    context.go_on.clear()
    for _ in range(3):
        assert (await pages.page("/", 2, context.page("new"))).body == b"old"
    await eventually(lambda: context.started == 2)
    context.go_on.set()

    async def is_new() -> bool:
        return (await pages.page("/", 2, context.page("newer"))).body == b"new"

    await eventually(is_new)
    assert context.started == 2
    monkeypatch.setattr("lvs.http.page_cache.STALE_WHILE_REVALIDATE_S", 0.0)
    assert (await pages.page("/", 3, context.page("newest"))).body == b"newest"


async def test_a_page_from_before_a_users_change_is_not_served_after_it(
    server: LocalServer,
) -> None:
    """Whoever makes it: a request, a headset that is followed, a bulk change."""
    services = server.services
    await fill(services.store, 3)
    sessions = Sessions(services.store)
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: services.store.write(curation.rate, HOUSEHOLD, 1, 5),
        lambda: sessions.playing(HOUSEHOLD, "headset", 1),
        lambda: sessions.save_position(HOUSEHOLD, 1, 50.0),
        lambda: services.store.write(tags.add, 1, "beach"),
    ]
    for change in changes:
        before = (await server.get("/all")).body
        assert (await server.get("/all")).body == before
        await change()
        assert (await server.get("/all")).body != before


async def test_a_page_that_is_being_rendered_while_a_user_changes_something_is_not_cached(
    server: LocalServer, context: RenderContext
) -> None:
    store = server.services.store
    await fill(store, 1)
    pages, slow = PageCache(), RenderContext()
    before = asyncio.create_task(pages.page(("/", edits(store)), 1, slow.page("before")))
    await eventually(lambda: slow.started == 1)
    await store.write(curation.rate, HOUSEHOLD, 1, 5)
    context.go_on.set()
    assert (await pages.page(("/", edits(store)), 2, context.page("after"))).body == b"after"
    slow.go_on.set()
    assert (await before).body == b"before"
    assert (await pages.page(("/", edits(store)), 2, context.page("again"))).body == b"after"


async def test_new_files_are_no_change_by_a_user(services: Services) -> None:
    before = edits(services.store)
    await fill(services.store, 3)
    assert services.store.last_event_id > 0
    assert edits(services.store) == before


async def test_a_failed_rendering_fails_for_all_and_is_retried(context: RenderContext) -> None:
    pages = PageCache()
    context.go_on.set()
    both = [pages.page("/", 1, context.page("")) for _ in range(2)]
    assert [type(one) for one in await asyncio.gather(*both, return_exceptions=True)] == [
        NotFoundError,
        NotFoundError,
    ]
    assert context.started == 1
    assert (await pages.page("/", 1, context.page("there"))).body == b"there"


async def test_caches_report_hits_and_misses(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    for _ in range(3):
        assert (await server.get("/all")).status == 200
    found = json.loads((await server.get("/admin/cache/status")).body)
    assert (found["videos"], found["waiting"]) == (3, 0)
    assert found["caches"]["pages"]["hits"] == 2
    assert found["caches"]["pages"]["misses"] == 1
    assert found["caches"]["cards"] == {
        "entries": 3,
        "limit": 4000,
        "hits": 0,
        "misses": 3,
        "hit_rate": 0.0,
    }
    before = found["caches"]["answers"]
    for _ in range(4):
        assert (await server.get("/api/tags/popular")).status == 200
    answers = json.loads((await server.get("/admin/cache/status")).body)["caches"]["answers"]
    assert answers["hits"] == before["hits"] + 3
    assert answers["misses"] == before["misses"] + 1
    asked = answers["hits"] + answers["misses"]
    assert answers["hit_rate"] == round(100 * answers["hits"] / asked, 1)
    refreshed = await server.get("/admin/cache/refresh", method="POST")
    assert (refreshed.status, json.loads(refreshed.body)) == (202, {"success": True})

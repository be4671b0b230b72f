"""The gallery's region and its pages of cards, as scripts fetch them."""

from __future__ import annotations

import re

import pytest

from lvs.contexts.gallery import PAGE_SIZE
from lvs.listing.query import SHOWN_AT_MOST
from tests.helpers.html import card_ids, element, elements
from tests.helpers.libraries import fill, heart
from tests.helpers.servers import LocalServer

both_engines = pytest.mark.engines("sqlite", "postgres")

REGION = "/partials/gallery"
AS_HTMX = {"HX-Request": "true"}


@pytest.fixture
async def many(server: LocalServer) -> LocalServer:
    await fill(server.services.store, PAGE_SIZE * 2 + 10)
    return server


async def region(server: LocalServer, query: str) -> str:
    answer = await server.get(f"{REGION}?{query}", headers=AS_HTMX)
    assert answer.status == 200, answer.text
    return answer.text


@both_engines
@pytest.mark.parametrize("query", ["sort=title", "folder=&sort=size", "sort=random&seed=4"])
async def test_the_region_is_that_of_its_page(many: LocalServer, query: str) -> None:
    page = (await many.get(f"/all?{query}")).text
    assert len(card_ids(page)) == PAGE_SIZE
    assert card_ids(await region(many, query)) == card_ids(page)


async def test_the_region_has_as_many_cards_as_the_page_shows(many: LocalServer) -> None:
    whole = card_ids(await region(many, f"sort=title&shown={SHOWN_AT_MOST}"))
    assert len(whole) == PAGE_SIZE * 2 + 10
    for shown, count in ((0, PAGE_SIZE), (PAGE_SIZE + 3, PAGE_SIZE + 3), (1_000_000, len(whole))):
        assert card_ids(await region(many, f"sort=title&shown={shown}")) == whole[:count]
    for wrong in ("-1", "x", "1000001"):
        answer = await many.get(f"{REGION}?shown={wrong}", headers=AS_HTMX)
        assert answer.status == 400


@both_engines
async def test_pages_of_cards_follow_each_other_to_the_end(many: LocalServer) -> None:
    whole = card_ids(await region(many, f"sort=title&shown={SHOWN_AT_MOST}"))
    html = (await many.get("/all?sort=title")).text
    found = card_ids(html)
    while more := elements(html, hx_get=True, class_="button"):
        html = (await many.get(more[0]["hx-get"], headers=AS_HTMX)).text
        assert element(html, "hx-partial", hx_target="#grid")["hx-swap"] == "place"
        found += card_ids(html)
    assert found == whole
    assert elements(html, id="more", data_complete=True)


async def test_a_damaged_cursor_is_refused(many: LocalServer) -> None:
    (more,) = elements((await many.get("/all?sort=title")).text, hx_get=True, class_="button")
    answer = await many.get(more["hx-get"][:-5], headers=AS_HTMX)
    assert answer.status == 400
    assert "start from the first page" in answer.text


@pytest.mark.parametrize(
    ("order", "another"),
    [("sort=title", "sort=newest"), ("sort=random&seed=3", "sort=random&seed=4")],
)
async def test_a_cursor_of_another_sort_order_is_refused(
    many: LocalServer, order: str, another: str
) -> None:
    (more,) = elements((await many.get(f"/all?{order}")).text, hx_get=True, class_="button")
    after = re.search("after=[^&]+", more["hx-get"])
    assert after
    assert (await many.get(f"/partials/cards?{order}&{after[0]}", headers=AS_HTMX)).status == 200
    answer = await many.get(f"/partials/cards?{another}&{after[0]}", headers=AS_HTMX)
    assert answer.status == 400
    assert "another sort order" in answer.text


@pytest.mark.parametrize("typed", ["is:fav", "video+rating:x", "video+height:>"])
async def test_a_filter_that_is_being_typed_is_left_out_of_a_draft(
    many: LocalServer, typed: str
) -> None:
    draft = await region(many, f"q={typed}&draft=1")
    assert len(card_ids(draft)) == PAGE_SIZE
    assert elements(draft, data_draft=True)
    assert (await many.get(f"{REGION}?q={typed}", headers=AS_HTMX)).status == 400


async def test_a_whole_filter_counts_in_a_draft(many: LocalServer) -> None:
    await heart(many, 5)
    draft = await region(many, "q=video+is:favorite&draft=1")
    assert card_ids(draft) == [5]
    assert not elements(draft, data_draft=True)

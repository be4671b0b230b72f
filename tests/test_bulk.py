"""Bulk changes of selected videos or of all in a list, in batches, and their undo."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from lvs.models import NO_MARKS
from lvs.services import Services
from lvs.store import Transaction, bulk, curation, marks, playback, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.libraries import fill, library
from tests.helpers.requests import post
from tests.helpers.servers import HOME, Answer, LocalServer, serving

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def services(live_services: Services) -> Services:
    """Its folder is empty, so scans find the tests' rows offline; nothing else touches them."""
    return live_services


@pytest.fixture
async def server(services: Services) -> AsyncIterator[LocalServer]:
    async with serving(services) as server:
        yield server


async def send(
    server: LocalServer, pairs: Sequence[tuple[str, object]], htmx: bool = True
) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if htmx:
        headers["HX-Request"] = "true"
    return await server.get("/bulk", method="POST", headers=headers, body=urlencode(pairs))


@pytest.mark.parametrize("name", bulk.ACTIONS)
def test_every_action_has_a_button_and_is_documented(name: str) -> None:
    button = f'name="action" value="{name}"'
    assert button in (HOME / "templates" / "partials" / "_bulk.html").read_text()
    document = (HOME / "docs" / "API.md").read_text().splitlines()
    (row,) = [line for line in document if line.startswith("| `POST /bulk` |")]
    assert f"`{name}`" in row


async def stars(services: Services, count: int) -> list[int | None]:
    ids = range(1, count + 1)
    own = await services.store.read(marks.of_items, HOUSEHOLD, ids)
    return [own.get(video, NO_MARKS).rating for video in ids]


async def test_selected_videos_are_changed_and_undone(
    services: Services, server: LocalServer
) -> None:
    await fill(services.store, 6)
    await services.store.write(curation.rate, HOUSEHOLD, 2, 1)
    answer = await send(
        server, [("action", "rate"), ("stars", 4), *(("video", n) for n in (1, 2, 3))]
    )
    assert "3 videos rated 4 stars" in answer.text
    assert await stars(services, 4) == [4, 4, 4, None]
    await services.store.write(curation.rate, HOUSEHOLD, 3, 5)  # changed again since: that stands
    bulk_edit_id = element(answer.text, name="bulk")["value"]
    undone = await post(server, "/bulk/undo", htmx=True, bulk=bulk_edit_id)
    assert "Undone for 2 of 3 videos" in undone.text
    assert await stars(services, 4) == [None, 1, 5, None]
    again = await post(server, "/bulk/undo", htmx=True, bulk=bulk_edit_id)
    assert "Nothing left to undo" in again.text
    assert (await post(server, "/bulk/undo", htmx=True, bulk=999)).status == 404
    for nowhere in (999, 10**30):
        assert (await server.get(f"/bulk/{nowhere}")).status == 404


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("action", "more", "words"),
    [
        ("favorite", {}, "1,250 videos added to favorites"),
        ("tag", {"tag": "Sea"}, "Tag “Sea” added to 1,250 videos"),
        ("watched", {}, "1,250 videos marked as watched"),
        ("rate", {"stars": "3"}, "1,250 videos rated 3 stars"),
    ],
)
async def test_thousands_are_changed_in_batches_and_undone(
    services: Services, server: LocalServer, action: str, more: dict[str, str], words: str
) -> None:
    await fill(services.store, 2_500, ["", "Half"])
    before = await everything(services)
    pairs = [("action", action), ("all", 1), ("query", "folder=Half"), *more.items()]
    answer = await send(server, pairs)
    assert words in answer.text
    assert await everything(services) != before
    bulk_edit_id = element(answer.text, name="bulk")["value"]
    undone = await post(server, "/bulk/undo", htmx=True, bulk=bulk_edit_id)
    assert "<p>Undone</p>" in undone.text
    assert await everything(services) == before


async def everything(services: Services) -> list[object]:
    ids = range(1, 2_501)
    given = await services.store.read(tags.of_items, ids)
    own = await services.store.read(marks.of_items, HOUSEHOLD, ids)
    found = {video: own.get(video, NO_MARKS) for video in ids}
    return [
        (video, it.rating, it.favorite, it.watched, given.get(video)) for video, it in found.items()
    ]


async def test_a_video_that_may_not_have_a_tag_is_left_as_it_is(
    services: Services, server: LocalServer
) -> None:
    await fill(services.store, 3)
    await services.store.write(tags.set_all, 1, [f"tag {n}" for n in range(50)])
    await services.store.write(tags.set_all, 2, ["Sea"])
    pairs = [("action", "tag"), ("tag", "sea"), *(("video", n) for n in (1, 2, 3, 77))]
    answer = await send(server, pairs)
    assert "Tag “sea” added to 1 video · 3 unchanged" in answer.text
    assert [tag.name for tag in await services.store.read(tags.of_item, 3)] == ["Sea"]
    pairs = [("action", "untag"), ("tag", "SEA"), *(("video", n) for n in (1, 2, 3))]
    assert "Tag “SEA” removed from 2 videos · 1 unchanged" in (await send(server, pairs)).text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "pairs",
    [
        [("action", "rate"), ("stars", "6"), ("video", 1)],
        [("action", "explode"), ("video", 1)],
        [("action", "tag"), ("tag", " "), ("video", 1)],
        [("action", "favorite")],
        [("action", "favorite"), ("video", "one")],
        [("action", "favorite"), ("all", 1), ("query", "sort=odd")],
        [("video", 1)],
    ],
)
async def test_what_makes_no_sense_is_refused(
    services: Services, server: LocalServer, pairs: list[tuple[str, object]]
) -> None:
    await fill(services.store, 2)
    assert (await send(server, pairs)).status == 400
    assert await stars(services, 2) == [None, None]


@pytest.mark.engines("sqlite")
async def test_a_disk_that_fills_up_ends_a_change_clearly(
    services: Services, server: LocalServer
) -> None:
    """By SQLite's own limit of pages: it fails as a full disk does."""

    def limit(tx: Transaction, more: int) -> None:
        (pages,) = tx.connection.execute("pragma page_count").fetchone()
        tx.connection.execute(f"pragma max_page_count = {pages + more}")

    await fill(services.store, 1_000)
    await services.store.write(limit, 8)
    pairs = [("action", "rate"), ("stars", 3), ("all", 1), ("query", "")]
    answer = await send(server, pairs)
    (changed,) = re.findall(r"Stopped after (\d+) of 1,000 videos\.", answer.text)
    assert 0 < int(changed) < 1_000
    assert "is full" in answer.text
    assert (await stars(services, 1_000)).count(3) == int(changed)
    again = await send(server, pairs, htmx=False)
    assert again.status == 503
    await services.store.write(limit, 10_000)
    bulk_edit_id = element(answer.text, name="bulk")["value"]
    undone = await post(server, "/bulk/undo", htmx=True, bulk=bulk_edit_id)
    assert "<p>Undone</p>" in undone.text
    assert (await stars(services, 1_000)).count(3) == 0


@pytest.mark.engines("sqlite")
async def test_a_video_that_cannot_be_changed_costs_no_other(
    services: Services, server: LocalServer
) -> None:
    await fill(services.store, 450)
    await services.store.write(
        lambda tx: tx.connection.execute(
            "create trigger odd before insert on rating when new.item_id = 77"
            " begin select raise(abort, 'odd'); end"
        )
    )
    answer = await send(server, [("action", "rate"), ("stars", 3), ("all", 1), ("query", "")])
    assert "449 videos rated 3 stars · 1 unchanged" in answer.text
    found = await stars(services, 450)
    assert (found.count(3), found[76]) == (449, None)


async def test_only_the_newest_changes_can_be_undone(services: Services) -> None:
    await fill(services.store, 1)
    first = await services.bulk.change(HOUSEHOLD, "favorite", "favorite", [1], True)
    for _ in range(bulk.KEPT):
        await services.bulk.change(HOUSEHOLD, "rate", "4", [1], 4)
    stored = await services.store.read(
        lambda conn: [row[0] for row in conn.execute("select id from bulk_edit order by id")]
    )
    assert len(stored) == bulk.KEPT
    assert first.bulk_edit_id not in stored


@pytest.mark.engines("sqlite")
async def test_it_goes_on_when_whoever_asked_has_left(services: Services) -> None:
    await fill(services.store, 2_000)
    asking = asyncio.create_task(
        services.bulk.change(HOUSEHOLD, "rate", "2", range(1, 2_001), 2), name="asks and leaves"
    )
    while not services.library.status.changes.done:
        await asyncio.sleep(0)
    asking.cancel()
    later = await services.bulk.change(HOUSEHOLD, "favorite", "favorite", [1], True)
    assert later.changed == 1
    assert await stars(services, 2_000) == [2] * 2_000


@pytest.fixture
async def site(services: Services, server: LocalServer, videos: Path, cast: Cast) -> str:
    for name in "ABCDEF":
        cast.unique(videos / f"{name}.mp4")
    await library(services)
    return server.url


async def selected(page: Page) -> list[str]:
    cards = page.locator("#grid > .card:has(.card-select:checked)")
    return await cards.locator(".card-title").all_inner_texts()


async def test_cards_are_selected_by_clicks_ranges_and_keys(
    site: str, context: BrowserContext, services: Services
) -> None:
    other = await live_page(context, f"{site}/all?sort=title")
    page = await live_page(context, f"{site}/all?sort=title")  # in front: the other draws seldom
    await page.get_by_role("button", name="Select", exact=True).click()
    cards = page.locator("#grid > .card")
    await cards.nth(1).locator(".card-thumbnail").click()
    await cards.nth(3).locator(".card-thumbnail").click(modifiers=["Shift"])
    assert await selected(page) == ["B", "C", "D"]
    assert await page.inner_text("[data-selected]") == "3 selected"
    assert page.url.endswith("sort=title")
    assert not await browsers.axe_violations(page)
    await cards.nth(2).locator(".card-link").focus()
    await page.keyboard.press("x")
    assert await selected(page) == ["B", "D"]
    await page.get_by_role("button", name="Rate", exact=True).click()
    await page.locator("#bulk-rate").get_by_role("button", name="4 stars").click()
    await page.get_by_text("2 videos rated 4 stars").wait_for()
    await until(other, "document.querySelectorAll('.rate-given').length === 2")
    await until(page, "document.querySelectorAll('.rate-given').length === 2")
    assert await selected(page) == ["B", "D"]  # also after their cards were pushed
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_text("Undone", exact=True).wait_for()
    await until(other, "document.querySelectorAll('.rate-given').length === 0")
    await page.get_by_role("button", name="More actions").click()
    await page.locator("[data-select-all]").check()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-selected]")).to_have_text("All 6 selected")
    await page.get_by_role("button", name="Add to favorites").click()
    await page.get_by_text("6 videos added to favorites").wait_for()
    await cards.first.locator(".card-select").focus()
    await page.keyboard.press("Escape")
    assert await page.locator("#bulk").is_hidden()
    assert await selected(page) == []
    await cards.first.locator(".card-link").click()
    await page.wait_for_url("**/watch/A.mp4**")


async def test_a_bar_of_one_row_has_every_action_within_two_taps(
    site: str, browser: Browser, services: Services
) -> None:
    async with browsers.context(browser, **browsers.PHONE) as context:
        page = await live_page(context, f"{site}/all?sort=title")
        await page.locator("#grid > .card .card-more").first.tap()
        await page.locator("#card-menu").get_by_role("button", name="Select").tap()
        bar = page.locator("#bulk")
        box = await bar.bounding_box()
        assert box is not None
        assert box["height"] < 64
        assert box["y"] == 0
        found = set()
        for button in await bar.locator(":scope > button").all():
            await expect(button).to_be_in_viewport(ratio=1)
            size = await button.bounding_box()
            assert size is not None
            assert min(size["width"], size["height"]) >= 44
            if await button.get_attribute("name"):
                found.add(await button.get_attribute("value"))
            if menu := await button.get_attribute("popovertarget"):
                await button.tap()
                for action in await page.locator(
                    f"#{menu} [name=action], #{menu} [name=stars]"
                ).all():
                    await expect(action).to_be_in_viewport(ratio=1)
                    name, value = [await action.get_attribute(of) for of in ("name", "value")]
                    found.add("rate" if name == "stars" else value)
                assert not await browsers.axe_violations(page)
                await button.tap()
                await expect(page.locator(f"#{menu}")).to_be_hidden()
        assert found == {"tag", "untag", "rate", *bulk.ACTIONS}
        await page.get_by_role("button", name="Rate", exact=True).tap()
        await page.get_by_role("button", name="3 stars", exact=True).tap()
        toast = page.locator("#notices .notice", has_text="1 video rated 3 stars")
        await toast.wait_for()
        await expect(page.locator("#bulk-rate")).to_be_hidden()
        area = await toast.bounding_box()
        assert area is not None
        assert area["y"] > box["height"], "the toast covers the bar"


async def test_a_toast_outlasts_the_bar_and_is_undone_by_a_key(
    site: str, context: BrowserContext, services: Services
) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    first = page.locator("#grid > .card").first
    await first.hover()
    await first.locator(".card-select").click()  # the tick under the pointer begins it
    await expect(page.locator("[data-selected]")).to_have_text("1 selected")
    await page.get_by_role("button", name="Tag", exact=True).click()
    await page.keyboard.press("Enter")
    refused = page.locator("#notices [role=alert]", has_text="needs at least one visible character")
    await refused.wait_for()
    await page.get_by_role("button", name="Tag", exact=True).click()
    await page.keyboard.type("evening")
    await page.keyboard.press("Enter")  # presses "Add tag", not another button of the form
    await page.get_by_text("Tag “evening” added to 1 video").wait_for()
    await page.get_by_role("button", name="Add to favorites").click()
    toast = page.locator("#notices .notice", has_text="1 video added to favorites")
    await toast.wait_for()
    await page.keyboard.press("Escape")
    await expect(page.locator("#bulk")).to_be_hidden()
    link = first.locator(".card-link")
    await link.focus()
    await page.keyboard.press("u")  # the newest
    await page.get_by_text("Undone", exact=True).wait_for()
    await expect(page.locator(".heart[aria-pressed=true]")).to_have_count(0)
    await page.keyboard.press("Control+z")
    await expect(page.get_by_text("Undone", exact=True)).to_have_count(2)
    assert await services.store.read(tags.of_item, 1) == []
    await expect(link).to_be_focused()


async def test_a_toast_stays_while_it_has_the_focus(site: str, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{site}/all?sort=title")
    await page.wait_for_selector(browsers.LIVE, state="attached")
    first = page.locator("#grid > .card").first
    await first.hover()
    await first.locator(".card-select").click()
    await page.get_by_role("button", name="Add to favorites").click()
    undo = page.locator("#notices").get_by_role("button", name="Undo")
    await undo.wait_for()
    await page.clock.run_for(9_000)
    await expect(undo).to_be_visible()
    await undo.focus()
    await page.clock.run_for(20_000)
    await expect(undo).to_be_visible()
    await first.locator(".card-link").focus()
    await page.clock.run_for(10_000)
    await expect(undo).to_have_count(0)


async def test_a_long_press_selects_and_the_last_one_deselected_ends_it(
    site: str, browser: Browser
) -> None:
    async with browsers.context(browser, **browsers.PHONE) as context:
        page = await live_page(context, f"{site}/all?sort=title")
        cards = page.locator("#grid > .card")
        box = await cards.nth(1).locator(".card-thumbnail").bounding_box()
        assert box is not None
        point = {"x": box["x"] + 20, "y": box["y"] + 20}
        touch = await context.new_cdp_session(page)
        await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        await expect(page.locator("[data-selected]")).to_have_text("1 selected")
        await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert await selected(page) == ["B"]
        assert page.url == f"{site}/all?sort=title"
        await cards.nth(3).locator(".card-thumbnail").tap()
        assert await selected(page) == ["B", "D"]
        for number in (1, 3):
            await cards.nth(number).locator(".card-thumbnail").tap()
        await expect(page.locator("#bulk")).to_be_hidden()
        await cards.nth(3).locator(".card-thumbnail").tap()
        await page.wait_for_url("**/watch/D.mp4**")


async def test_cards_are_selected_and_undone_without_scripts(
    site: str, browser: Browser, services: Services
) -> None:
    async with browsers.context(browser, **browsers.PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{site}/all?sort=title")
        assert await page.locator("#bulk").is_hidden()
        await page.locator("label.select-open").click()
        await page.get_by_role("checkbox", name="Select B").check()
        await page.get_by_role("checkbox", name="Select C").check()
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("button", name="Mark as watched").click()
        await page.get_by_text("2 videos marked as watched").wait_for()
        states = [
            await services.store.read(playback.state_of, HOUSEHOLD, video) for video in range(1, 7)
        ]
        assert sum(watched for _, watched in states) == 2
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_text("Nothing left to undo").wait_for()
        states = [
            await services.store.read(playback.state_of, HOUSEHOLD, video) for video in range(1, 7)
        ]
        assert sum(watched for _, watched in states) == 0

"""The sheet of filters: folder, tag, year and what can be played, applied at once."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from lvs.services import Services
from lvs.store import Transaction, curation, gallery, tags
from lvs.store.filters import Filters
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.html import element, elements
from tests.helpers.libraries import fill, touched
from tests.helpers.servers import LocalServer

DAY_MS = 86_400_000
NEW_YEAR_2020_MS = 1_577_836_800_000
NEW_YEAR_2021_MS = 1_609_459_200_000


async def found(services: Services, filters: Filters) -> set[int]:
    spec = ListSpec(HOUSEHOLD, filters=filters)
    page = await services.store.read(gallery.page, spec, limit=50)
    assert page.total == len(page.items)
    return {item_id for item_id, _ in page.items}


@pytest.mark.engines("sqlite", "postgres")
async def test_a_year_is_that_of_the_recording_or_else_of_the_addition(services: Services) -> None:
    await fill(services.store, 6)

    def set_times(tx: Transaction) -> None:
        recorded = {1: "2020-01-01T00:00:00", 2: "2019-12-31T23:59:59"}
        added = {3: NEW_YEAR_2020_MS, 4: NEW_YEAR_2020_MS - 1, 5: NEW_YEAR_2021_MS - 1}
        tx.connection.execute("update item set added_at = ?", (NEW_YEAR_2021_MS + DAY_MS,))
        for item_id, at in recorded.items():
            tx.connection.execute("update item set recorded_at = ? where id = ?", (at, item_id))
        for item_id, at_ms in added.items():
            tx.connection.execute("update item set added_at = ? where id = ?", (at_ms, item_id))

    await services.store.write(set_times)
    assert await found(services, Filters(year=2020)) == {1, 3, 5}
    assert await found(services, Filters(year=2019)) == {2, 4}
    assert await found(services, Filters(year=2021)) == {6}


@pytest.mark.engines("sqlite", "postgres")
async def test_what_browsers_play_and_what_is_not_rated(services: Services) -> None:
    await fill(services.store, 4)

    def change(tx: Transaction) -> None:
        tx.connection.execute("update item set container = 'avi' where id = 1")
        tx.connection.execute("update video_facts set video_codec = 'mpeg4' where item_id = 2")
        curation.rate(tx, HOUSEHOLD, 3, 4)

    await services.store.write(change)
    assert await found(services, Filters(playable=1)) == {3, 4}
    assert await found(services, Filters(unrated=1)) == {1, 2, 4}
    assert await found(services, Filters(unrated=1, playable=1)) == {4}


async def test_the_sheet_has_folders_and_tags_with_their_counts(server: LocalServer) -> None:
    await fill(server.services.store, 6, ("Films", "Films", "Films/Old"))
    await server.services.store.write(tags.add, 1, "sea")
    page = (await server.get("/all")).text
    options = [option.text for option in elements(page, "option")]
    assert "Films (6)" in options
    assert "sea (1)" in options
    inside = (await server.get("/all?folder=Films&tag=sea&watched=0")).text
    form = element(inside, "form", id="filters")
    folder = element(inside, "select", id="filter-folder")
    assert [option.text for option in folder.children] == ["Any", "Films", "Old (2)"]
    assert [option["value"] for option in folder.children] == ["", "Films", "Films/Old"]
    kept = [one["value"] for one in elements(inside, "input", type="hidden", name="tag")]
    assert "sea" in kept
    assert "folder" not in [child.attributes.get("name") for child in form.children]
    assert element(inside, class_="filters-active").text == "2"
    (clear,) = [link["href"] for link in elements(inside, "a") if link.text == "Clear all"]
    assert clear == "/all?folder=Films"


async def test_a_list_with_its_own_link_has_no_number(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    assert not elements((await server.get("/favorites")).text, class_="filters-active")


SHOWN_MS = """(name) => new Promise((resolve) => {
  const control = document.getElementById(name);
  const began = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - began));
  }).observe(document.getElementById('grid'), { childList: true });
  control.click();
})"""


async def test_a_change_shows_at_once_and_the_sheet_stays(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    await fill(live_services.store, 60)
    await live_services.store.write(
        lambda tx: tx.connection.execute("update video_facts set hdr = 1 where item_id % 2 = 0")
    )
    await live_services.store.write(
        lambda tx: tx.connection.execute("update item set container = 'avi' where id % 3 = 0")
    )
    await touched(live_server, 1)
    page = await browsers.live_page(context, f"{live_server.url}/all?sort=title")
    await page.locator(".filters-open").click()
    sheet = page.locator("#filters")
    times_ms = [await page.evaluate(SHOWN_MS, "filter-playable") for _ in range(4)]
    assert min(times_ms) < 300, times_ms
    await page.get_by_label("Playable in browsers").check()
    await expect(page.locator("#grid > .card")).to_have_count(40)
    await expect(sheet).to_be_visible()
    await expect(page.locator(".filters-active")).to_have_text("1")
    await page.wait_for_url("**/all?playable=1&sort=title")
    await page.locator("#filter-watched").select_option("Watched")
    await expect(page.locator("#grid > .card")).to_have_count(0)
    await page.locator("#filter-watched").select_option("Unwatched")
    await expect(page.locator("#grid > .card")).to_have_count(40)
    await expect(page.locator(".filters-active")).to_have_text("2")
    assert not await browsers.axe_violations(page)
    # The stream is that of the new list.
    await live_services.store.write(
        lambda tx: tx.connection.execute("update item set container = 'avi' where id = 1")
    )
    await touched(live_server, 1)
    await expect(page.locator("#grid > .card")).to_have_count(39)
    await sheet.get_by_role("button", name="Close").click()
    await expect(sheet).to_be_hidden()
    await page.locator(".chip", has_text="Unwatched").click()
    await page.wait_for_url("**/all?playable=1&sort=title")


async def test_the_sheet_works_without_scripts(server: LocalServer, browser: Browser) -> None:
    await fill(server.services.store, 6, ("Films", "Clips"))
    async with browsers.context(browser, **browsers.PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/all?sort=title")
        await page.locator(".filters-open").click()
        await page.get_by_label("Folder").select_option("Films")
        await page.locator("#filters").get_by_role("button", name="Apply").click()
        await page.wait_for_url("**/all?*folder=Films*")
        await expect(page.locator("#grid > .card")).to_have_count(3)

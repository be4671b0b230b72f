"""In a real Chromium: results as one types, addresses that can be shared, saved searches."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.errors import NotFoundError
from lvs.services import Services
from lvs.store import Transaction, curation, items, playback, saved_searches, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, titles, until, wait_for_titles
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.libraries import library
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer

NAMES = ("Alpine lake", "Alpine sunrise", "Beach day", "City lights")


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path, cast: Cast) -> str:
    for name in NAMES:
        cast.unique(videos / f"{name}.mp4")
    await library(live_services)
    return live_server.url


async def test_results_come_as_one_types_and_stay_live(
    site: str, context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    await page.keyboard.press("/")
    await page.keyboard.type("alp", delay=30)
    await until(page, "document.querySelectorAll('#grid > .card').length === 2")
    assert set(await titles(page)) == {"Alpine lake", "Alpine sunrise"}
    await until(page, "location.search === '?q=alp'")
    assert await page.evaluate("document.activeElement.id") == "q"
    assert await page.title() == "Search · Local Video Server"
    await page.keyboard.type("ine su")
    await wait_for_titles(page, ["Alpine sunrise"])
    # The stream is that of the new list: what belongs enters, what does not stays out.
    await until(page, "document.querySelector('[data-live=on]') !== null")
    cast.unique(videos / "Alpine summit.mp4")
    cast.unique(videos / "Beach night.mp4")
    await library(live_services)
    await until(page, "document.querySelectorAll('#grid > .card').length === 2")
    assert set(await titles(page)) == {"Alpine summit", "Alpine sunrise"}
    assert await page.input_value("#q") == "alpine su"


async def test_back_and_forward_lead_to_the_lists_as_they_were(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    await page.fill("#q", "alpine")
    await until(page, "document.querySelectorAll('#grid > .card').length === 2")
    await page.fill("#q", "beach")
    await wait_for_titles(page, ["Beach day"])
    await until(page, "location.search === '?q=beach'")
    await page.go_back()
    await page.get_by_role("link", name="City lights", exact=True).wait_for()
    await wait_for_titles(page, list(NAMES))
    assert page.url == f"{site}/all?sort=title"
    assert await page.input_value("#q") == ""
    await page.go_forward()
    await page.get_by_role("link", name="City lights", exact=True).wait_for(state="detached")
    await wait_for_titles(page, ["Beach day"])
    assert await page.input_value("#q") == "beach"
    other = await context.new_page()
    await other.goto(page.url)
    assert await titles(other) == ["Beach day"]


NOTE_NOTICES = """() => {
  addEventListener('input', () => { window.lastInput = performance.now(); }, { capture: true });
  new MutationObserver(() => { window.noticed ??= performance.now() - window.lastInput; })
    .observe(document.getElementById('notices'), { childList: true });
}"""


async def test_a_half_typed_filter_is_ignored_and_reported_after_a_pause(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    await live_services.store.write(curation.set_favorite, HOUSEHOLD, 1, True)
    page = await live_page(context, f"{site}/all")
    await page.evaluate(NOTE_NOTICES)
    await page.focus("#q")
    await page.keyboard.type("is:fav", delay=20)
    await page.get_by_text("Unknown filter “is:fav”").wait_for()
    assert len(await titles(page)) == 4
    assert await page.evaluate("window.noticed") >= 800
    await page.keyboard.type("orite")
    await until(page, "document.querySelectorAll('#grid > .card').length === 1")
    await until(page, "document.getElementById('notices').childElementCount === 0")
    await until(page, "location.search === '?favorites=1'")
    await page.fill("#q", "")
    await until(page, "document.querySelectorAll('#grid > .card').length === 4")
    assert await page.evaluate("location.search") == ""


async def test_enter_says_that_a_filter_is_wrong_at_once(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, f"{site}/all")
    await page.evaluate(NOTE_NOTICES)
    await page.fill("#q", "alpine rating:>")
    await until(page, "document.querySelectorAll('#grid > .card').length === 2")
    await page.keyboard.press("Enter")
    await page.get_by_text("Unknown filter “rating:>”").wait_for()
    assert page.url == f"{site}/all?q=alpine"


async def test_a_search_stays_in_the_list_where_it_began(
    site: str, context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    for name in ("Harbour", "Hare"):
        cast.unique(videos / "Films" / f"{name}.mp4")
    cast.unique(videos / "Harp.mp4")
    await library(live_services)
    page = await live_page(context, f"{site}/all?folder=Films&sort=newest")
    await page.fill("#q", "har")
    await page.get_by_role("link", name="Remove filter Folder: Films").wait_for()
    assert sorted(await titles(page)) == ["Harbour", "Hare"]
    assert page.url == f"{site}/all?folder=Films&q=har"
    assert await page.inner_text("#announcement") == "2 videos"
    await page.fill("#q", "hares")
    await until(page, "document.querySelector('#announcement').textContent.includes('No results')")
    await page.fill("#q", "")
    await until(page, "location.search === '?folder=Films&sort=newest'")
    assert await page.inner_text("h1") == "Films"
    assert len(await titles(page)) == 2
    await expect(page.get_by_role("link", name="Remove filter Folder: Films")).to_have_count(0)


async def test_a_search_without_a_server_says_so_once_and_goes_on_when_it_is_back(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, f"{site}/all")
    await context.set_offline(True)
    await page.fill("#q", "beach")
    notice = page.locator("#notices .notice")
    await page.get_by_text("Can't reach the server").wait_for()
    await page.fill("#q", "city")
    async with page.expect_event("requestfailed"):
        pass
    await expect(notice).to_have_count(1)
    assert len(await titles(page)) == 4
    await context.set_offline(False)
    await wait_for_titles(page, ["City lights"])
    await notice.wait_for(state="detached")


async def test_a_search_is_saved_shown_everywhere_and_deleted(
    site: str, context: BrowserContext
) -> None:
    other = await live_page(context, f"{site}/favorites")
    page = await live_page(context, f"{site}/all?q=alpine&favorites=1")
    await page.get_by_role("button", name="Save search").click()
    assert not await browsers.axe_violations(page)
    await page.get_by_label("Save this search as").fill("Mountains I like")
    await page.keyboard.press("Enter")
    name = re.compile("^Mountains I like")
    link = other.get_by_role("link", name=name)
    await link.wait_for()
    await page.get_by_role("link", name=name).wait_for()
    assert await page.locator("#save-search").is_hidden()
    await link.click()
    await other.wait_for_url(f"{site}/all?q=alpine&favorites=1")
    await other.get_by_role("button", name="Save search").click()
    await other.get_by_role("button", name="Delete saved search").click()
    await page.get_by_role("link", name=name).wait_for(state="detached")


async def test_a_deleted_search_is_restored_by_undo(server: LocalServer) -> None:
    store = server.services.store
    await store.write(saved_searches.save, HOUSEHOLD, "Lakes", "q=lake")
    (lakes,) = await store.read(saved_searches.saved, HOUSEHOLD)
    await store.write(saved_searches.pin, HOUSEHOLD, lakes.id, True)
    toast = await post(server, "/searches/delete", htmx=True, search=lakes.id)
    assert toast.headers["hx-retarget"] == "#notices"
    undo = {"bulk": element(toast.text, name="bulk")["value"]}
    other = replace(HOUSEHOLD, user_id=2)
    with pytest.raises(NotFoundError):
        await store.write(saved_searches.restore, other, int(undo["bulk"]))
    await store.write(saved_searches.save, HOUSEHOLD, "lakes", "q=lakes")
    assert (await post(server, "/bulk/undo", htmx=True, **undo)).status == 409
    (other_lakes,) = await store.read(saved_searches.saved, HOUSEHOLD)
    await store.write(saved_searches.delete, HOUSEHOLD, other_lakes.id)
    assert "“Lakes” restored" in (await post(server, "/bulk/undo", htmx=True, **undo)).text
    (restored,) = await store.read(saved_searches.saved, HOUSEHOLD)
    assert (restored.name, restored.query, restored.pinned) == ("Lakes", "q=lake", True)
    assert "Nothing left" in (await post(server, "/bulk/undo", htmx=True, **undo)).text


async def test_counts_beside_the_lists_follow_user_data(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    page = await live_page(context, f"{site}/all")
    await page.get_by_role("link", name="All videos 4").wait_for()
    await live_services.store.write(curation.set_favorite, HOUSEHOLD, 1, True)
    await page.get_by_role("link", name="Favorites 1").wait_for()


async def test_a_card_is_named_by_its_title_and_described_in_words(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    def watched_in_part(tx: Transaction) -> None:
        tx.connection.execute("update item set duration_s = 100")
        tx.connection.execute("update video_facts set height = 720, width = 1280")
        items.touch(tx, 1)
        playback.save_position(tx, HOUSEHOLD, 1, 55.0)

    page = await live_page(context, f"{site}/all")
    await until(page, "document.querySelectorAll('#grid > [data-state=ready]').length === 4")
    await live_services.store.write(watched_in_part)
    await page.reload()
    link = page.locator("#v-1 .card-link")
    await expect(link).to_have_accessible_name(re.compile(r"^(Alpine|Beach|City) \w+$"))
    await expect(link).to_have_accessible_description("45 s left")


async def test_a_search_is_saved_without_scripts(server: LocalServer) -> None:
    answer = await post(
        server, "/searches", name="  Short   ones ", query="max_duration=600&sort=title"
    )
    assert answer.status == 303
    page = (await server.get("/tags")).text
    assert element(page, "a", href="/all?max_duration=600&sort=title").text.startswith("Short ones")
    assert (await post(server, "/searches", name="short ONES", query="q=sea")).status == 303
    (saved,) = await server.services.store.read(saved_searches.saved, HOUSEHOLD)
    assert (saved.name, saved.query) == ("short ONES", "q=sea")
    assert (await post(server, "/searches", name=" ", query="q=sea")).status == 400
    assert (await post(server, "/searches", name="x", query="sort=odd")).status == 400
    assert (await post(server, "/searches", name="x", query="tag=" + "x" * 3000)).status == 400
    deleted = await post(server, "/searches/delete", search=saved.id)
    assert deleted.status == 303
    assert (
        "Saved search “short ONES” deleted" in (await server.get(deleted.headers["location"])).text
    )
    assert (await post(server, "/searches/delete", search=saved.id)).status == 404
    for number in range(saved_searches.MOST):
        assert (await post(server, "/searches", name=f"n{number}", query="")).status == 303
    assert (await post(server, "/searches", name="one more", query="")).status == 400


async def test_where_one_is_stays_marked_when_the_navigation_is_pushed(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    store = live_services.store
    await store.write(saved_searches.save, HOUSEHOLD, "Mountains", "q=alpine")
    page = await live_page(context, f"{site}/all?q=alpine")
    current = page.locator("#navigation [aria-current=page]")
    await expect(current).to_have_text(re.compile(r"^\s*Mountains"))
    await store.write(saved_searches.save, HOUSEHOLD, "Lakes", "q=lake")
    await page.get_by_role("link", name=re.compile("^Lakes")).wait_for()
    await store.write(curation.set_favorite, HOUSEHOLD, 1, True)
    await page.get_by_role("link", name="Favorites 1").wait_for()
    await expect(current).to_have_text(re.compile(r"^\s*Mountains"))
    await page.fill("#q", "alpine l")
    await wait_for_titles(page, ["Alpine lake"])
    await expect(current.filter(has_text="Mountains")).to_have_count(0)


async def test_what_was_searched_before_and_places_are_offered(
    site: str, context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "Alps" / "Summit.mp4")
    found = await library(live_services)
    await live_services.store.write(tags.add, found["Alpine lake.mp4"].id, "alpinism")
    page = await live_page(context, f"{site}/all")
    field = page.locator("#q")
    await field.fill("alp")
    options = page.get_by_role("listbox").get_by_role("option")
    await expect(options).to_have_text(["Alps", "alpinism"])  # titles are in the list
    await expect(field).to_have_attribute("aria-expanded", "true")
    assert not await browsers.axe_violations(page)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    selected = page.get_by_role("listbox").get_by_role("option", selected=True)
    await expect(selected).to_have_text("alpinism")
    assert await field.get_attribute("aria-activedescendant") == await selected.get_attribute("id")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(field).to_have_value("alp")
    await page.keyboard.press("Enter")
    await field.fill("beach")
    await page.keyboard.press("Enter")
    await wait_for_titles(page, ["Beach day"])
    await page.goto(f"{site}/tags")
    await page.locator("#q").focus()
    await expect(options).to_have_text(["beach", "alp"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=beach**")
    await page.goto(f"{site}/tags")
    await page.locator("#q").fill("alpine l")
    await page.get_by_role("option", name="Alpine lake").click()
    await page.wait_for_url("**/watch/Alpine%20lake.mp4")
    await page.locator("#q").focus()
    await page.get_by_role("button", name="Clear recent searches").click()
    await page.reload()
    await page.locator("#q").focus()
    await page.keyboard.type("beach")
    await expect(options.first).to_be_visible()
    await page.locator("#q").fill("")
    await expect(page.get_by_role("listbox")).to_be_hidden()

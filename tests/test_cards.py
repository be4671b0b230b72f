"""Cards: few nodes, few badges, one quiet line, and one menu for all of them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from lvs.contexts.gallery import PAGE_SIZE
from lvs.store import Transaction, playback
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.html import Element, element, elements
from tests.helpers.libraries import fill, touched
from tests.helpers.servers import LocalServer

MAX_NODES = 1_500
MAX_NODES_OF_A_CARD = 20
YEAR_OLD_MS = 1_500_000_000_000


async def change(server: LocalServer, sql: str, *parameters: object) -> None:
    await server.services.store.write(lambda tx: tx.connection.execute(sql, parameters))
    await touched(server, 1)


async def card(server: LocalServer, item_id: int = 1) -> Element:
    return element((await server.get("/all")).text, "li", id=f"v-{item_id}")


async def line(server: LocalServer) -> str:
    html = (await server.get("/all")).text
    texts = [element(html, id=name).text for name in ("meta-1", "seen-1")]
    return " | ".join(filter(None, texts))


async def test_a_page_of_cards_has_few_nodes(server: LocalServer) -> None:
    await fill(server.services.store, PAGE_SIZE + 5)
    await change(server, "update video_facts set hdr = 1")
    for item_id in range(1, PAGE_SIZE + 5):
        await server.services.store.write(playback.save_position, HOUSEHOLD, item_id, 30)
    html = (await server.get("/all")).text
    assert len(elements(html, "li", class_="card")) == PAGE_SIZE
    assert len(elements(html)) < MAX_NODES
    start = html.index('<li class="card"')
    one = html[start : html.index("</li>", start)]
    assert len(elements(one)) <= MAX_NODES_OF_A_CARD


@pytest.mark.parametrize(
    ("facts", "badges"),
    [
        ("width = 1280, height = 720", []),
        ("width = 3840, height = 2160", ["4K"]),
        ("width = 7680, height = 4320, hdr = 1", ["8K · HDR"]),
        ("projection = '180', stereo = 'sbs'", ["VR"]),
        ("stereo = 'sbs'", []),
        ("video_codec = 'mpeg4'", ["Can't play"]),
    ],
)
async def test_badges_say_what_is_special(
    server: LocalServer, facts: str, badges: list[str]
) -> None:
    await fill(server.services.store, 1)
    await change(server, f"update video_facts set {facts}")
    html = (await server.get("/all")).text
    assert [badge.text for badge in elements(html, class_="badges")] == badges
    described = element(html, "a", class_="card-link")["aria-describedby"].split()
    assert ("badges-1" in described) == bool(badges)


async def test_a_container_that_browsers_do_not_open_is_said_on_the_card(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    await change(server, "update item set container = 'avi'")
    assert element((await server.get("/all")).text, class_="badges").text == "Can't play"


async def test_the_quiet_line_has_the_year_and_how_much_is_left(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    await change(server, "update item set duration_s = 6000, recorded_at = '2020-05-01T10:00:00'")
    assert await line(server) == "2020 | 1 h 40 min"
    await server.services.store.write(playback.save_position, HOUSEHOLD, 1, 2940)
    assert await line(server) == "2020 | 51 min left"
    assert (
        element((await server.get("/all")).text, class_="card-progress")["style"] == "--seen: 49%"
    )
    await server.services.store.write(playback.set_watched, HOUSEHOLD, 1, True)
    assert await line(server) == "2020 | 1 h 40 min ✓ watched"


async def test_a_new_item_has_a_dot_until_it_is_played(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    assert elements((await server.get("/all")).text, class_="card-new") == []

    def add_now(tx: Transaction) -> None:
        tx.connection.execute("update item set view_count = 0, added_at = ?", (tx.at,))

    await server.services.store.write(add_now)
    await touched(server, 1)
    assert len(elements((await server.get("/all")).text, class_="card-new")) == 1
    await server.services.store.write(playback.save_position, HOUSEHOLD, 1, 3)
    assert elements((await server.get("/all")).text, class_="card-new") == []


async def test_a_failed_file_has_no_marks_and_can_be_retried(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    await change(
        server, "update item set probe_error = 'The file is empty.', thumbnail = null, preview = ''"
    )
    html = (await server.get("/all")).text
    assert element(html, id="meta-1").text == "The file is empty."
    assert len(elements(html, "form", class_="card-retry")) == 1
    assert elements(html, class_="card-more") == []


async def test_unset_marks_appear_on_hover_and_on_focus(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 4)
    async with browsers.context(browser, viewport={"width": 1440, "height": 900}) as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/all?sort=title")
        first = page.locator(".card").first
        for name in (".heart", ".rate-open"):
            await expect(first.locator(name)).to_have_css("opacity", "0")
            await expect(first.locator(".card-more")).to_be_hidden()
        await first.hover()
        await expect(first.locator(".heart")).to_have_css("opacity", "1")
        await page.mouse.move(0, 0)
        await expect(first.locator(".heart")).to_have_css("opacity", "0")
        await first.locator(".card-link").focus()
        await expect(first.locator(".rate-open")).to_have_css("opacity", "1")
        await first.locator(".heart").click()
        await expect(first.locator(".heart")).to_have_attribute("aria-pressed", "true")
        await page.locator(".card").nth(1).hover()
        await expect(first.locator(".heart")).to_have_css("opacity", "1")


async def test_one_menu_has_the_actions_of_the_card_that_opened_it(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 4)
    async with browsers.context(browser, **browsers.PHONE) as context:
        page = await browsers.live_page(context, f"{server.url}/all?sort=title")
        menu = page.locator("#card-menu")
        second = page.locator(".card").nth(1)
        for one in ("Favorite", "Mark as watched", "3 stars"):
            await second.locator(".card-more").click()
            await expect(menu).to_be_visible()
            await expect(menu.locator(".card-menu-title")).to_have_text("Video 000001")
            await menu.get_by_role("button", name=one).click()
            await expect(menu).to_be_hidden()
        await expect(second.locator(".heart")).to_have_attribute("aria-pressed", "true")
        await expect(second.locator(".card-watched")).to_have_count(1)
        await expect(second.locator(".rate-open")).to_have_text("3")
        await second.locator(".card-more").click()
        for name in ("Favorite", "Mark as watched", "3 stars"):
            button = menu.get_by_role("button", name=name)
            await expect(button).to_have_attribute("aria-pressed", "true")
        await menu.get_by_role("link", name="Details and tags").click()
        await page.wait_for_url("**/items/*")


async def test_without_scripts_the_menu_is_the_page_of_the_item(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 2)
    async with browsers.context(browser, **browsers.PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/all?sort=title")
        first = page.locator(".card").first
        await first.locator(".heart").click()
        await page.wait_for_url(f"{server.url}/all?sort=title")
        await expect(first.locator(".heart")).to_have_attribute("aria-pressed", "true")
        await first.locator(".card-more").click()
        await page.wait_for_url("**/items/*")
        await page.get_by_role("button", name="3 stars").click()
        await expect(page.locator(".star-on")).to_have_count(3)

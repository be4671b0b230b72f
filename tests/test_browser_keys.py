"""Cards by arrow keys, letters and gamepads; how many stops of Tab a page has."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from lvs.services import Services
from lvs.store import Transaction, curation, marks, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer, eventually

WATCH = "/watch/A%20folder/Video%20000000.mp4"


@pytest.fixture
async def site(live_server: LocalServer) -> str:
    store = live_server.services.store
    await fill(store, 60, ["A folder", "Another"])

    def rate(tx: Transaction) -> None:
        for item_id in range(2, 61):
            curation.rate(tx, HOUSEHOLD, item_id, 1 + item_id % 5)

    await store.write(rate)
    return live_server.url


async def place(page: Page) -> tuple[int, int]:
    """(row, column) of the card in focus."""
    found: list[int] = await page.evaluate(
        """() => {
          const cards = [...document.querySelectorAll('#grid > .card')];
          const card = document.activeElement.closest('.card');
          const top = card.offsetTop;
          const tops = [...new Set(cards.map((one) => one.offsetTop))];
          const row = cards.filter((one) => one.offsetTop === top);
          return [tops.indexOf(top), row.indexOf(card)];
        }"""
    )
    return found[0], found[1]


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


@pytest.mark.parametrize("size", ["phone", "desktop", "wide"])
async def test_arrow_keys_move_by_rows_and_columns(site: str, browser: Browser, size: str) -> None:
    async with browsers.context(browser, **browsers.SIZES[size]) as context:
        page = await live_page(context, f"{site}/all?sort=title")
        columns = await page.evaluate(
            "getComputedStyle(document.getElementById('grid'))"
            ".gridTemplateColumns.split(' ').length"
        )
        await press(page, "ArrowDown")
        link = page.locator("#grid > .card .card-link")
        await expect(link.first).to_be_focused()
        await press(page, "ArrowRight", "ArrowDown", "ArrowDown")
        assert await place(page) == (2, 1)
        focused = page.locator("#grid .card-link:focus")
        await expect(focused).to_be_in_viewport(ratio=0.9)
        await press(page, "ArrowLeft", "ArrowUp")
        assert await place(page) == (1, 0)
        await press(page, "ArrowLeft")  # the end of the row before
        assert await place(page) == (0, columns - 1)
        await press(page, "End")
        await expect(link.nth(59)).to_be_focused()
        await press(page, "Home")
        await expect(link.first).to_be_focused()
        await press(page, "ArrowUp")  # out of the list
        await until(page, "!document.activeElement.closest('.card')")
        await until(page, "document.activeElement !== document.body")
        await press(page, "ArrowDown")
        while await page.evaluate("!document.activeElement.closest('.card')"):
            await press(page, "ArrowDown")
        assert (await place(page))[0] == 0
        await press(page, "Enter")
        await page.wait_for_url("**/watch/**")


STOP = (
    "[...document.querySelectorAll('#grid > .card')]"
    ".indexOf(document.activeElement.closest('.card'))"
)


async def test_the_first_card_and_the_whole_page_take_few_stops_of_tab(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, f"{site}/all")
    await press(page, "Tab")
    await until(page, "document.querySelectorAll('#grid a[tabindex=\"-1\"]').length >= 59")
    stops, first = 1, 0
    while await page.evaluate("document.activeElement !== document.body") and stops < 100:
        if not first and await page.evaluate(STOP) == 0:
            first = stops
        stops += 1
        await press(page, "Tab")
    assert 0 < first <= 15
    assert stops < 45


async def test_the_card_that_had_the_focus_is_the_stop_of_tab(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    await press(page, "ArrowDown")
    await expect(page.locator("#grid .card-link").first).to_be_focused()
    await press(page, "ArrowRight", "ArrowDown")
    stop = await page.evaluate("document.activeElement.closest('.card').id")
    await press(page, "Shift+Tab")
    assert await page.evaluate("!document.activeElement.closest('.card')")
    # Cards that are pushed keep it: of this card and of another.
    for item_id in (int(stop.removeprefix("v-")), 60):
        await live_services.store.write(curation.rate, HOUSEHOLD, item_id, 5)
        await expect(page.locator(f"#v-{item_id} .rate-given")).to_have_text("5")
    await press(page, "Tab")
    await expect(page.locator(f"#{stop} .card-link")).to_be_focused()
    await until(page, "document.querySelectorAll('#grid a[tabindex=\"-1\"]').length >= 59 * 2")


async def test_letters_and_digits_mark_the_card_in_focus(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    async def own() -> tuple[bool, int | None]:
        found = (await live_services.store.read(marks.of_items, HOUSEHOLD, [1])).get(1)
        return (found.favorite, found.rating) if found else (False, None)

    async def is_marked(favorite: bool, rating: int | None) -> None:
        async def check() -> bool:
            return await own() == (favorite, rating)

        await eventually(check)

    page = await live_page(context, f"{site}/all?sort=title")
    await page.locator("#v-1 .card-link").focus()
    await press(page, "f")
    await is_marked(True, None)
    await expect(page.locator("#announcement")).to_have_text("Added to favorites")
    await press(page, "4")
    await is_marked(True, 4)
    await expect(page.locator("#v-1 .rate-given")).to_have_text("4")
    await press(page, "Control+2", "Alt+2", "0", "f")
    await is_marked(False, None)
    await expect(page.locator("#v-1 .card-link")).to_be_focused()
    await press(page, "x")
    await expect(page.locator("[data-selected]")).to_have_text("1 selected")
    await press(page, "ArrowRight", "ArrowRight", "Shift+X")
    await expect(page.locator("[data-selected]")).to_have_text("3 selected")
    await press(page, "Control+a")
    await expect(page.locator("[data-selected]")).to_have_text("60 selected")
    await press(page, "Escape")
    await expect(page.locator("#bulk")).to_be_hidden()


async def test_keys_in_a_field_are_text(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    await press(page, "ArrowDown", "/")
    await page.keyboard.type("fx4?u")
    await expect(page.locator("#q")).to_have_value("fx4?u")
    await press(page, "Home", "ArrowRight")
    assert await page.evaluate("document.getElementById('q').selectionStart") == 1
    await expect(page.locator("#q")).to_be_focused()


# A pad as the Gamepad API has it. What `tap` names is pressed in one reading.
PAD = """() => {
  const buttons = Array.from({ length: 17 }, () => ({ pressed: false }));
  const pad = { connected: true, axes: [0, 0], buttons };
  Object.assign(window, { reads: 0, taps: [] });
  navigator.getGamepads = () => {
    const { button, axes = [0, 0] } = window.reads++ % 2 ? {} : window.taps.shift() ?? {};
    buttons.forEach((one, index) => { one.pressed = index === button; });
    pad.axes = axes;
    return [pad];
  };
  document.hasFocus = () => true;
  window.unplug = () => { pad.connected = false; };
  dispatchEvent(new Event('gamepadconnected'));
}"""


async def test_a_gamepad_moves_opens_marks_and_goes_back(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    page = await live_page(context, f"{site}/all?sort=title")
    await page.evaluate(PAD)

    async def tap(**what: object) -> None:
        await page.evaluate("(what) => window.taps.push(what)", what)

    link = page.locator("#grid > .card .card-link")
    await tap(button=13)
    await expect(link.first).to_be_focused()
    await tap(axes=[0.9, 0.1])
    await expect(link.nth(1)).to_be_focused()
    await tap(button=14)
    await expect(link.first).to_be_focused()
    await tap(button=3)
    heart = page.locator("#grid > .card .heart").first
    await expect(heart).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(dialog).to_be_visible()
    await tap(button=1)
    await expect(dialog).to_be_hidden()
    await page.evaluate("window.unplug()")
    frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    await page.evaluate(frames)
    reads = await page.evaluate("window.reads")
    await page.evaluate(frames)
    assert await page.evaluate("window.reads") == reads, "polled while no pad is connected"
    await page.evaluate(PAD)
    await expect(link.first).to_be_focused()
    await tap(button=0)
    await page.wait_for_url("**/watch/**")


async def test_on_the_page_of_a_video_keys_are_the_players_but_on_a_card(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    def share(tx: Transaction) -> None:
        for item_id in range(1, 9):
            tags.set_all(tx, item_id, ["sea"])

    await live_services.store.write(share)
    page = await live_page(context, site + WATCH)
    await press(page, "ArrowDown")
    await press(page, "?")
    await page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    await page.get_by_role("button", name="All shortcuts").click()
    await expect(page.get_by_role("heading", name="In lists")).to_be_visible()
    await press(page, "Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()
    assert await page.evaluate("!document.activeElement.closest('.card')")
    entries = page.locator(".entries").last.locator(".entry")
    await entries.first.focus()
    await press(page, "ArrowDown")
    await expect(entries.nth(1)).to_be_focused()
    await until(page, "document.querySelectorAll('.entry:not([tabindex])').length <= 2")


async def test_every_card_is_reached_by_tab_without_scripts(site: str, browser: Browser) -> None:
    async with browsers.context(browser, **browsers.DESKTOP, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{site}/all")
        await expect(page.locator("#grid a[tabindex]")).to_have_count(0)


async def test_no_script_for_keys_is_loaded_before_a_key(
    site: str, context: BrowserContext
) -> None:
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{site}/all")
    await page.wait_for_selector(browsers.LIVE, state="attached")
    names = ("keys", "grid", "palette", "gamepad", "shortcuts", "suggest")
    assert not [url for url in asked if any(f"/{name}.js" in url for name in names)]

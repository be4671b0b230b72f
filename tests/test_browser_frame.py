"""The frame: the bar, the places of the library, and the bottom bar, in all sizes of screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.helpers import browsers
from tests.helpers.browsers import axe_violations, live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import Process

PATHS = ("/", "/all", "/all?folder=Folder 01", "/folders", "/tags", "/searches", "/headset")
FOLDERS = 12
# Width, height, and whether by fingers; the highest that the first thumbnail may begin.
SIZES = (
    (390, 844, True, 130),
    (820, 1180, True, 130),
    (1280, 720, True, 130),
    (1440, 900, False, 200),
    (1920, 1080, False, 200),
)
FIRST_THUMBNAIL = (
    "Math.min(...[...document.querySelectorAll('main .card-thumbnail, main .collage')]"
    ".map(each => each.getBoundingClientRect().top))"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, cast: Cast) -> Iterator[str]:
    """Twelve folders, one of them with a folder inside."""
    home = tmp_path_factory.mktemp("frame")
    videos = home / "videos"
    for number in range(FOLDERS):
        cast.unique(videos / f"Folder {number:02}" / "Beach.mp4")
    cast.unique(videos / "Folder 01" / "Inside" / "City.mp4")
    age(videos)
    with Process(videos, home / "data") as process:
        process.wait_for(
            lambda: process.get("/all").text.count('data-state="ready"') == FOLDERS + 1,
            "thumbnails",
        )
        yield process.url


async def test_content_begins_high_in_all_sizes(browser: Browser, site: str) -> None:
    for width, height, by_finger, highest in SIZES:
        options = {"viewport": {"width": width, "height": height}, "has_touch": by_finger}
        async with browsers.context(browser, **options, is_mobile=by_finger) as context:
            page = await context.new_page()
            await page.goto(site)
            assert await page.evaluate(FIRST_THUMBNAIL) <= highest, width
            for path in PATHS:
                await page.goto(site + path)
                sideways = await page.evaluate("document.documentElement.scrollWidth")
                assert sideways <= width, f"{path} at {width}"
                await expect(page.locator(".bottom-bar")).to_be_visible(visible=by_finger)
                await expect(page.locator("#navigation")).to_be_visible(visible=not by_finger)


async def test_the_bottom_bar_has_large_targets_and_opens_the_places(
    browser: Browser, site: str
) -> None:
    for size, least in (("phone", 44), ("headset", 48)):
        async with browsers.context(browser, **browsers.SIZES[size]) as context:
            page = await live_page(context, site)
            boxes = await page.evaluate(
                "[...document.querySelector('.bottom-bar').children]"
                ".map(each => each.getBoundingClientRect()).map(r => Math.min(r.width, r.height))"
            )
            assert len(boxes) == 4
            assert min(boxes) >= least
            await page.get_by_role("link", name="Search", exact=True).click()
            await expect(page.locator("#q")).to_be_focused()
            await page.get_by_role("button", name="More").click()
            await expect(page.locator("#navigation")).to_be_visible()
            assert await axe_violations(page) == []
            await page.locator("#navigation").get_by_role("link", name="Folder 03").click()
            await expect(page.locator("h1")).to_have_text("Folder 03")


async def test_the_first_card_is_within_15_tab_stops(context: BrowserContext, site: str) -> None:
    page = await live_page(context, site)
    for _ in range(15):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.card-link')"):
            break
    assert await page.evaluate("document.activeElement.matches('.card-link')")


async def test_the_branch_of_the_current_folder_is_open_and_stays_as_one_left_it(
    context: BrowserContext, site: str
) -> None:
    page = await live_page(context, f"{site}/all?folder=Folder 01/Inside")
    branch = page.locator(".nav-branch", has_text="Folder 01")
    await expect(branch.get_by_role("link", name="Inside")).to_be_visible()
    await expect(page.locator("[aria-current=page]")).to_have_text("Inside 1")
    page = await live_page(context, f"{site}/all?folder=Folder 02")
    branch = page.locator(".nav-branch", has_text="Folder 01")
    await expect(branch.get_by_role("link", name="Inside")).to_be_hidden()
    await branch.locator("summary").click()
    await page.locator(".card .heart").first.click()  # a push of the navigation
    await expect(page.locator("#place-favorites")).to_contain_text("1")
    await expect(branch.get_by_role("link", name="Inside")).to_be_visible()


async def test_rows_scroll_by_their_arrows_and_without_scripts_lead_to_the_list(
    browser: Browser, context: BrowserContext, site: str
) -> None:
    page = await live_page(context, site)
    row = page.locator("#row-recent")
    await row.hover()
    await row.locator("[data-row-step='1']").click()
    await until(page, "document.querySelector('#row-recent ul').scrollLeft > 300")
    await row.locator("[data-row-step='-1']").click()
    await until(page, "document.querySelector('#row-recent ul').scrollLeft < 10")
    options = {**browsers.SIZES["desktop"], "java_script_enabled": False}
    async with browsers.context(browser, **options) as without:
        plain = await without.new_page()
        await plain.goto(site)
        await plain.locator("#row-recent").hover()
        await plain.locator("#row-recent [data-row-step='1']").click()
        await plain.wait_for_url("**/all")


async def test_the_current_place_is_seen_in_forced_colours(browser: Browser, site: str) -> None:
    options = {**browsers.SIZES["desktop"], "forced_colors": "active"}
    async with browsers.context(browser, **options) as forced:
        page = await live_page(forced, site)
        assert await axe_violations(page) == []
        outline = "getComputedStyle(document.querySelector('#place-home')).outlineStyle"
        assert await page.evaluate(outline) == "solid"

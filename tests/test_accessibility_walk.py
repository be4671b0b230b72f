"""The tasks of docs/ACCESSIBILITY.md, done by keyboard alone, and by roles and names alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from lvs.services import Services
from lvs.store import saved_searches
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import HOME, LocalServer

TASKS = (
    "Find a video",
    "Play it",
    "Rate it",
    "Make it a favorite",
    "Tag it",
    "Select and edit several",
    "Undo",
    "Filter a list",
    "Save a search",
    "Change a setting",
)
NAMES = ("Alpine lake", "Alpine sunrise", "Beach day", "City lights")
MOST_STOPS = 60


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path, cast: Cast) -> str:
    for name in NAMES:
        cast.unique(videos / f"{name}.mp4")
    await library(live_services)
    return live_server.url


def test_every_task_is_described() -> None:
    headings = re.findall(r"^## (.+)$", (HOME / "docs/ACCESSIBILITY.md").read_text(), re.M)
    assert tuple(headings[: len(TASKS)]) == TASKS


# What a screen reader says of the element in focus, as far as this test needs it.
NAME = """() => {
  const { activeElement: element } = document;
  const labelled = element.labels?.length ? element.labels[0].textContent : element.textContent;
  return (element.ariaLabel ?? labelled).replace(/\\s+/g, ' ').trim();
}"""
IS_ON_CARD = "document.activeElement.closest('.card') !== null"


async def tab_to(page: Page, name: str, backwards: bool = False) -> None:
    """Press Tab until the focus is on what has this name."""
    found = []
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Shift+Tab" if backwards else "Tab")
        found.append(await page.evaluate(NAME))
        if found[-1] == name:
            return
    raise AssertionError(f"{name!r} is not among the stops {found}")


async def to_the_cards(page: Page) -> None:
    for _ in range(8):
        await page.evaluate("window.before = document.activeElement")
        await page.keyboard.press("ArrowDown")
        await until(page, "document.activeElement !== window.before")
        if await page.evaluate(IS_ON_CARD):
            return
    raise AssertionError(f"no card is below: {await page.evaluate(NAME)}")


async def go_to(page: Page, text: str, address: str) -> None:
    """By the command palette."""
    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog", name="Command palette").wait_for()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await page.wait_for_url(address)
    await page.wait_for_load_state()


async def of_one_video_by_keys(page: Page) -> None:
    press, keyboard = page.keyboard.press, page.keyboard

    # Find a video
    await press("/")
    await keyboard.type("alpine s")
    await press("Enter")
    await expect(page.locator("#announcement")).to_have_text("1 video")
    await to_the_cards(page)
    assert await page.evaluate(NAME) == "Alpine sunrise"
    await press("Enter")
    await page.wait_for_url("**/watch/Alpine%20sunrise.mp4**")

    # Play it
    await until(page, "document.querySelector('video').readyState >= 2")
    await press("k")
    await until(page, "document.querySelector('video').currentTime > 0")
    await press("k")

    # Rate it
    for _ in range(MOST_STOPS):
        await press("Tab")
        if await page.evaluate("document.activeElement.matches('[data-star]')"):
            break
    for _ in range(3):
        await press("ArrowRight")
    assert await page.evaluate(NAME) == "4 stars"
    await press("Enter")
    await expect(page.locator("#rating .star-on")).to_have_count(4)

    # Make it a favorite
    heart = page.get_by_role("button", name="Favorite: Alpine sunrise")
    await tab_to(page, "Favorite: Alpine sunrise", backwards=True)
    await press("Enter")
    await expect(heart).to_have_attribute("aria-pressed", "true")

    # Tag it
    await tab_to(page, "Add a tag")
    await keyboard.type("mountains")
    await press("Enter")
    await expect(page.get_by_role("link", name="mountains", exact=True)).to_have_count(1)


async def of_lists_by_keys(page: Page, site: str) -> None:
    press, keyboard = page.keyboard.press, page.keyboard

    # Select and edit several
    await go_to(page, "all v", f"{site}/all")
    await to_the_cards(page)
    await press("x")
    await press("ArrowRight")
    await press("Shift+X")
    await expect(page.locator("[data-selected]")).to_have_text("2 selected")
    await tab_to(page, "Rate", backwards=True)
    await press("Enter")
    await tab_to(page, "5 stars")
    await press("Enter")
    await expect(page.get_by_text("2 videos rated 5 stars")).to_be_visible()

    # Undo
    await press("u")
    await expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    await press("Escape")
    await expect(page.locator("#bulk")).to_be_hidden()

    # Filter a list
    await tab_to(page, "Filters", backwards=True)
    await press("Enter")
    await tab_to(page, "VR (180°/360°)")
    await press("Space")
    if await page.get_by_role("button", name="Apply").is_visible():
        await tab_to(page, "Apply")
        await press("Enter")
    await expect(page.get_by_role("link", name="Remove filter VR (180°/360°)")).to_be_visible()

    # Save a search
    await press("Escape")
    await tab_to(page, "Save search")
    await press("Enter")
    await expect(page.get_by_label("Save this search as")).to_be_focused()
    await press("Control+a")
    await keyboard.type("Liked")
    await press("Enter")
    await expect(
        page.locator("#navigation").get_by_role("link", name=re.compile("^Liked"))
    ).to_have_count(1)

    # Change a setting
    await go_to(page, "settings", f"{site}/settings")
    await tab_to(page, "System")
    await press("ArrowDown")
    await expect(page.locator("html")).to_have_attribute("data-theme", re.compile("dark|light"))


async def test_every_task_is_done_by_keyboard_alone(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    page = await live_page(context, f"{site}/all")
    await of_one_video_by_keys(page)
    await of_lists_by_keys(page, site)
    (saved,) = await live_services.store.read(saved_searches.saved, HOUSEHOLD)
    assert saved.name == "Liked"


def only(page: Page | Locator, role: str, name: str) -> Locator:
    return page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]


async def of_one_video_by_names(page: Page) -> None:
    main, status = page.get_by_role("main"), page.get_by_role("status")

    # Find a video
    await page.get_by_role("search").get_by_label("Search the library").fill("alpine s")
    await status.get_by_text("1 video", exact=True).wait_for(state="attached")
    await expect(only(main, "heading", "Search")).to_be_visible()
    await only(only(main, "list", "Videos"), "link", "Alpine sunrise").click()
    await only(main, "heading", "Alpine sunrise").wait_for()

    # Play it
    play = page.get_by_role("button", name=re.compile("^play$", re.I)).first
    await play.click()
    pause = page.get_by_role("button", name=re.compile("^pause$", re.I)).first
    await expect(pause).to_be_attached()

    # Rate it
    stars = only(main, "group", "Rating of Alpine sunrise")
    await only(stars, "button", "4 stars").click()
    await expect(stars.get_by_role("button", pressed=True)).to_have_accessible_name("4 stars")

    # Make it a favorite
    await only(main, "button", "Favorite: Alpine sunrise").click()
    favorite = main.get_by_role("button", name="Favorite: Alpine sunrise", pressed=True)
    await expect(favorite).to_be_visible()

    # Tag it
    field = only(main, "combobox", "Add a tag")
    await field.fill("mountains")
    await only(main, "button", "Add").click()
    tags = only(main, "list", "Tags")
    await expect(only(tags, "link", "mountains")).to_be_visible()
    await expect(only(tags, "button", "Remove tag mountains")).to_be_visible()


async def of_lists_by_names(page: Page, site: str) -> None:
    main, status = page.get_by_role("main"), page.get_by_role("status")

    # Select and edit several
    await page.goto(f"{site}/all")
    await page.wait_for_selector(browsers.LIVE, state="attached")
    await only(main, "button", "Select").click()
    form = only(page, "form", "Actions for selected videos")
    for name in ("Alpine lake", "City lights"):
        await only(main, "checkbox", f"Select {name}").check()
    await expect(form.get_by_role("status")).to_have_text("2 selected")
    await only(form, "button", "Rate").click()
    stars = page.get_by_role("group", name="Rating of the selected videos")
    await only(stars, "button", "5 stars").click()
    await expect(status.filter(has_text="2 videos rated 5 stars")).to_be_visible()

    # Undo
    await status.get_by_role("button", name="Undo").click()
    await expect(status.filter(has_text="Undone")).to_be_visible()
    await only(form, "button", "Close").click()

    # Filter a list
    await only(main, "button", "Filters").click()
    await only(page, "checkbox", "VR (180°/360°)").check()
    apply = only(page, "button", "Apply")
    if await apply.is_visible():
        await apply.click()
    await expect(only(main, "link", "Remove filter VR (180°/360°)")).to_be_visible()

    # Save a search
    await page.keyboard.press("Escape")
    await only(main, "button", "Save search").click()
    await only(page, "textbox", "Save this search as").fill("Liked")
    await only(page, "button", "Save").click()
    saved = page.get_by_role("navigation", name="Library").get_by_role(
        "link", name=re.compile("^Liked")
    )
    await expect(saved).to_have_count(1)

    # Change a setting
    await page.goto(f"{site}/settings")
    theme = only(main, "group", "Theme")
    await only(theme, "radio", "Dark").check()
    await expect(only(theme, "radio", "Dark")).to_be_checked()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert not await browsers.axe_violations(page)


async def test_every_task_is_done_by_roles_and_names_alone(
    site: str, context: BrowserContext
) -> None:
    """What a screen reader offers: each element is found in the accessibility tree, and the result
    is a state, a name or a status there."""
    page = await live_page(context, f"{site}/all")
    await of_one_video_by_names(page)
    await of_lists_by_names(page, site)

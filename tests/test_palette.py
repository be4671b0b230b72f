"""The command palette and the keyboard shortcuts: what matches, for whom, and the dialogs."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.contexts.palette import score
from lvs.listing import shortcuts
from lvs.services import Services
from lvs.store import Transaction, playback, saved_searches, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page
from tests.helpers.html import element, elements
from tests.helpers.libraries import fill
from tests.helpers.servers import HOME, LocalServer

FOLDERS = ["Films", "Family", "Series/Été", "Series/Season 1", "Series/Season 2", "Old fil"]


@pytest.fixture
async def site(services: Services, server: LocalServer) -> str:
    await fill(services.store, 24, FOLDERS)

    def give(tx: Transaction) -> None:
        tags.set_all(tx, 1, ["Filming", "Sea"])
        saved_searches.save(tx, HOUSEHOLD, "Filmed last year", "q=sea")
        playback.save_position(tx, HOUSEHOLD, 7, 60)

    await services.store.write(give)
    return server.url


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("fil", "Films", 0),
        ("FIL", "Media/Films", 0),
        ("ete", "Series/Été", 0),
        ("sea 2", "Series/Season 2", 1),
        ("2 sea", "Series/Season 2", 1),
        ("ilm", "Films", 2),
        ("ser sea", "Series/Season 2", 2),
        ("se2", "Series/Season 2", 3),
        ("xyz", "Films", None),
    ],
)
def test_a_name_matches_by_its_beginning_its_words_and_its_letters(
    text: str, name: str, wanted: int | None
) -> None:
    assert score(text, name) == wanted


async def test_what_is_typed_is_found_in_groups_the_best_first(
    site: str, server: LocalServer
) -> None:
    page = (await server.get("/partials/palette?q=fil")).text
    groups = [group["aria-label"] for group in elements(page, role="group")]
    assert groups == ["Folders", "Tags", "Saved searches", "Videos", "Search"]
    options = elements(page, role="option")
    assert options[0]["href"] == "/all?folder=Films"
    assert options[1].text == "Old fil"
    assert [one["href"] for one in options if one.text in ("Filming", "Filmed last year")] == [
        "/all?tag=Filming",
        "/all?q=sea",
    ]
    assert options[-1]["href"] == "/search?q=fil"
    videos = element(page, role="group", aria_label="Videos")
    assert "Video 000000" in videos.text  # by its folder
    page = (await server.get("/partials/palette?q=scan")).text
    assert element(page, "button", role="option")["hx-post"] == "/library/scan"
    page = (await server.get("/partials/palette?q=favorites")).text
    assert elements(page, role="option")[0]["href"] == "/favorites"
    for odd in ("%00", "%ff", "%22%3Cb%3E", "rating:%3E", "x" * 400):
        assert (await server.get(f"/partials/palette?q={odd}")).status == 200


async def test_without_a_text_what_was_watched_last_comes_first(
    site: str, server: LocalServer
) -> None:
    page = (await server.get("/partials/palette")).text
    options = elements(page, role="option")
    assert options[0].text.startswith("Video 000006")
    assert {"/", "/favorites", "/tags"} <= {one.attributes.get("href") for one in options}


async def test_suggestions_are_folders_tags_and_titles(site: str, server: LocalServer) -> None:
    page = (await server.get("/partials/suggestions?q=fil")).text
    groups = [group["aria-label"] for group in elements(page, role="group")]
    assert groups == ["Folders", "Tags", "Videos"]
    assert not elements((await server.get("/partials/suggestions?q=")).text, role="option")


async def test_the_shortcuts_are_declared_once(server: LocalServer) -> None:
    page = (await server.get("/partials/shortcuts")).text
    document = (HOME / "docs" / "KEYBOARD.md").read_text()
    for group in shortcuts.GROUPS:
        assert f"## {group.name}\n" in document
        for shortcut in group.shortcuts:
            assert shortcut.text in page
            keys = ", ".join(f"`{keys}`" for keys in shortcut.keys)
            assert f"| {keys} | {shortcut.text} |" in document
    assert {link["data-go"]: link["href"] for link in elements(page, "a", data_go=True)} == {
        place.key: place.url for place in shortcuts.PLACES
    }
    for place in shortcuts.PLACES:
        assert (await server.get(place.url)).status == 200, place.url


async def test_three_keys_and_enter_lead_to_any_folder(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/all")
    folders = {"fil": "Films", "ete": "Series/%C3%89t%C3%A9", "se2": "Series/Season%202"}
    for typed, folder in folders.items():
        await page.keyboard.press("Control+k")
        await page.locator("#palette").wait_for()
        await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{site}/all?folder={folder}")
        await page.wait_for_selector(browsers.LIVE, state="attached")


async def test_the_palette_is_used_by_keys_and_by_touch(site: str, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{site}/tags")
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    field = palette.get_by_role("combobox")
    await expect(field).to_be_focused()
    assert not await browsers.axe_violations(page)
    await page.keyboard.type("fil")
    selected = palette.get_by_role("option", selected=True)
    await expect(palette.get_by_role("option", name="Old fil", exact=True)).to_be_visible()
    await expect(selected).to_have_text(re.compile("Films"))
    await page.keyboard.press("ArrowDown")
    await expect(selected).to_have_text("Old fil")
    active = await field.get_attribute("aria-activedescendant")
    assert active == await selected.get_attribute("id")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(selected).to_have_text("Search for “fil”")
    assert not await browsers.axe_violations(page)
    await page.keyboard.press("Control+k")
    await expect(palette).to_be_hidden()
    await page.keyboard.press("Control+k")
    await field.fill("scan")
    await palette.get_by_role("option", name="Scan now").click()
    await page.locator("#notices .notice").wait_for()
    await expect(palette).to_be_hidden()
    await page.keyboard.press("Control+k")
    await field.fill("shortcuts")
    await expect(selected).to_have_text("Keyboard shortcuts")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def test_a_palette_without_a_server_says_so(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/all")
    await page.keyboard.press("Control+k")
    await page.locator("#palette").wait_for()
    await context.set_offline(True)
    await page.keyboard.type("fil")
    await page.locator("#palette").get_by_text("Can't reach the server").wait_for()
    await context.set_offline(False)
    await page.keyboard.press("Backspace")
    await expect(page.locator("#palette [role=option]").first).to_have_text(re.compile("Films"))


# Two keys within the time that a person takes, however slow the machine is.
IN_A_ROW = """(keys) => {
  for (const key of keys) {
    const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.body.dispatchEvent(pressed);
  }
}"""


async def test_help_and_places_are_one_key_from_every_page(
    site: str, context: BrowserContext
) -> None:
    page = await context.new_page()
    for path in ("/", "/all", "/tags", "/headset", "/api", "/settings", "/admin/performance"):
        await page.goto(site + path)
        await page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
        await expect(dialog).to_be_visible()
        if path == "/":
            assert not await browsers.axe_violations(page)
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    for key, path in (("f", "/favorites"), ("t", "/tags"), ("c", "/continue")):
        await page.evaluate(IN_A_ROW, ["g", key])
        await page.wait_for_url(site + path)
    await page.locator("#q").fill("g")
    await page.locator("#q").press("t")
    await expect(page.locator("#q")).to_have_value("gt")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Tags")

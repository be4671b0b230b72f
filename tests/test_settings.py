"""`/settings`: what a person prefers, and the state of the server for who runs it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from lvs.activity import Activity
from lvs.admin.backups import BackupRow, Backups
from lvs.admin.settings import features
from lvs.config import ServerConfig
from lvs.network.addresses import Ports
from lvs.services import Services
from lvs.viewer import EVERYTHING, Viewer
from tests.helpers import browsers
from tests.helpers.browsers import context
from tests.helpers.html import element, elements, links
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer, eventually, serving

PAGES = ("/", "/all", "/favorites", "/tags", "/headset", "/api", "/admin/performance", "/none")


async def test_settings_are_one_press_from_every_page(server: LocalServer) -> None:
    for path in PAGES:
        assert "/settings" in links((await server.get(path)).text), path


async def test_each_preference_is_a_form_that_works_without_scripts(server: LocalServer) -> None:
    page = (await server.get("/settings", headers={"Cookie": "preferences=theme=dark"})).text
    forms = elements(page, "form", action="/preferences")
    assert all(form["method"] == "post" for form in forms)
    checked = {box["name"]: box["value"] for box in elements(page, "input", checked=True)}
    assert checked == {
        "theme": "dark",
        "density": "comfortable",
        "view": "grid",
        "start_page": "home",
    }
    assert len(elements(page, "button", class_="no-script")) == len(forms)


async def test_a_choice_applies_at_once_and_stays(server: LocalServer, browser: Browser) -> None:
    async with context(browser, **browsers.PHONE, color_scheme="light") as tabs:
        page = await tabs.new_page()
        await page.goto(f"{server.url}/settings")
        await page.evaluate("window.stayed = true")
        await page.get_by_role("radio", name="Dark").check()
        await expect(page.locator("html[data-theme=dark]")).to_have_count(1)
        await page.get_by_role("radio", name="Large").press("Space")
        await expect(page.locator("html[data-density=large]")).to_have_count(1)
        assert await page.evaluate("window.stayed && document.activeElement.value") == "large"
        assert not await browsers.axe_violations(page)
        await page.reload()
        await expect(page.get_by_role("radio", name="Dark")).to_be_checked()
        await expect(page.get_by_role("radio", name="Large")).to_be_checked()


async def test_a_choice_applies_without_scripts(server: LocalServer, browser: Browser) -> None:
    async with context(browser, java_script_enabled=False) as tabs:
        page = await tabs.new_page()
        await page.goto(f"{server.url}/settings")
        await page.get_by_role("radio", name="Light").check()
        await page.get_by_role("button", name="Apply theme").click()
        await expect(page.get_by_role("radio", name="Light")).to_be_checked()
        await expect(page.locator("html[data-theme=light]")).to_have_count(1)


async def test_nothing_is_cut_off_at_any_size(server: LocalServer, browser: Browser) -> None:
    async with context(browser) as tabs:
        page = await tabs.new_page()
        await page.goto(f"{server.url}/settings")
        for width in (320, 390, 820, 1280, 1920):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert not await browsers.axe_violations(page)


async def test_what_is_selected_is_seen_in_forced_colors(
    server: LocalServer, browser: Browser
) -> None:
    async with context(browser, **browsers.DESKTOP, forced_colors="active") as tabs:
        page = await tabs.new_page()
        await page.goto(f"{server.url}/settings")
        seen = await page.evaluate(
            """() => {
              const style = (one) => getComputedStyle(one);
              const of = (selector, read) => [...document.querySelectorAll(selector)].map(read);
              return [
                of('[name=theme] + span', (one) => style(one).backgroundColor),
                of('.tabs a', (one) => style(one).borderBottomColor),
              ].map((colors) => new Set(colors).size);
            }"""
        )
        assert seen == [2, 2], "one of them looks different from the others"


async def test_only_who_runs_the_server_sees_its_state(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(services) as server:
        page = (await server.get("/settings")).text
    assert "LVS_VIDEO_DIRECTORY" in page
    assert "/admin/maintenance" in links(page)
    monkeypatch.setattr("lvs.http.viewers.identify", lambda _: Viewer(2, "user", EVERYTHING))
    async with serving(services) as server:
        page = (await server.get("/settings")).text
    assert "Theme" in page
    assert "LVS_VIDEO_DIRECTORY" not in page
    assert not [link for link in links(page) if link.startswith("/admin")]


async def test_a_folder_says_its_state_and_how_many_items_it_has(
    live_server: LocalServer, live_services: Services, videos: Path
) -> None:
    await fill(live_services.store, 7)

    async def state() -> str:
        page = (await live_server.get("/settings")).text
        return element(page, "section", aria_labelledby="settings-folders").text

    async def says(words: str) -> bool:
        return words in await state()

    await eventually(lambda: says("Watching for changes"))
    assert str(videos) in await state()
    assert "7 items" in await state()
    videos.rmdir()
    root = next(iter(live_services.library.roots.values()))
    await live_services.library.check(root)
    assert "Offline since today" in await state()
    assert "Connect or mount its disk." in await state()


async def test_a_read_only_folder_says_so(
    live_server: LocalServer, live_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write anywhere, so the answer of the system is replaced."""
    monkeypatch.setattr("lvs.library.filesystem.os.access", lambda *_: False)

    async def says_so() -> bool:
        return "Watching for changes, read-only" in (await live_server.get("/settings")).text

    await eventually(says_so)


NO_BACKUPS = Backups((), "SQLite: /data/library.db", "/data/backups", "", "")


def test_each_feature_that_is_off_says_how_to_turn_it_on(config: ServerConfig) -> None:
    off = dict.fromkeys(("https", "dlna"), False) | {"backup_interval_h": 0, "host": "127.0.0.1"}
    found = features(config.model_copy(update=off), Ports(), Activity(), NO_BACKUPS)
    by_state = {one.name: one.setting.partition("=")[0] for one in found if one.state == "Off"}
    assert by_state == {
        "Network": "LVS_HOST",
        "HTTPS": "LVS_HTTPS",
        "DLNA": "LVS_DLNA",
        "Backups": "LVS_BACKUP_INTERVAL_H",
    }


def test_a_feature_that_fails_leads_to_what_one_can_do(config: ServerConfig) -> None:
    activity = Activity()
    activity.thumbnails_failed = 3
    backups = dataclasses.replace(NO_BACKUPS, problem="No space left on the disk.")
    settings = config.model_copy(update={"https": True})
    found = features(settings, Ports(), activity, backups)
    wrong = {one.name: one.link and one.link[0] for one in found if one.level == "warning"}
    assert wrong == {
        "HTTPS": "/admin/performance#maintenance-errors",
        "Backups": "/admin/maintenance#maintenance-backups",
        "Thumbnails": "/admin/maintenance#maintenance-failed",
    }


def test_the_last_backup_is_named(config: ServerConfig) -> None:
    row = BackupRow("2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04", 3, "1 kB")
    settings = config.model_copy(update={"backup_interval_h": 24.0})
    backups = dataclasses.replace(NO_BACKUPS, rows=(row,))
    found = {one.name: one for one in features(settings, Ports(), Activity(), backups)}
    assert found["Backups"].detail == "Last backup 2026-01-02 03:04."
    assert (found["Database"].state, found["Database"].detail) == (
        "SQLite",
        "/data/library.db. Search by FTS5.",
    )

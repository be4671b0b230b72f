"""What a person prefers: one cookie, set by a form, that no cached page shows to others."""

from __future__ import annotations

import json
import random
from http.cookies import SimpleCookie

import pytest
from playwright.async_api import Browser, expect

from lvs.http.preferences import (
    DEFAULTS,
    MAX_AGE_S,
    MAX_BYTES,
    MAX_SORTS,
    PREFERENCES,
    Preferences,
    parse,
)
from tests.helpers.browsers import context, live_page
from tests.helpers.html import element
from tests.helpers.requests import post
from tests.helpers.servers import Answer, LocalServer


def cookie_of(answer: Answer) -> str:
    """What a browser sends back."""
    return SimpleCookie(answer.headers["set-cookie"])["preferences"].value


async def attributes_of(server: LocalServer, path: str, cookie: str = "") -> tuple[str, str, str]:
    """Theme, density and view of a page."""
    page = await server.get(path, headers={"Cookie": f"preferences={cookie}"} if cookie else {})
    html = element(page.text, "html")
    return html["data-theme"], html["data-density"], html["data-view"]


def test_each_preference_survives_the_cookie() -> None:
    for one in PREFERENCES.values():
        for value, _ in one.choices:
            found = DEFAULTS.with_(one.name, value)
            assert getattr(found, one.name) == value
            assert parse(found.cookie) == found


def test_the_defaults_need_no_cookie() -> None:
    assert DEFAULTS.cookie == ""
    assert parse("") == DEFAULTS


@pytest.mark.parametrize(
    "cookie",
    [
        "theme=pink",
        "theme",
        "unknown=1",
        "sort.=title",
        "sort./All=title",
        "sort./all=title;drop",
        "%ff%00=\x00",
        "&" * 60,
        "theme=dark" + "&x=1" * MAX_BYTES,
    ],
)
def test_garbage_is_ignored(cookie: str) -> None:
    assert parse(cookie) == DEFAULTS


def test_what_is_right_in_a_cookie_holds_beside_what_is_wrong() -> None:
    assert parse("theme=pink&density=large&view=&sort./all=title").density == "large"


def test_random_cookies_never_fail() -> None:
    chance = random.Random(7)
    letters = "thmdarksyle=&.%/;\x00é\ud800 0123"
    for _ in range(2_000):
        parse("".join(chance.choices(letters, k=chance.randrange(80))))


def test_orders_are_remembered_for_a_bounded_number_of_lists() -> None:
    found = DEFAULTS
    for number in range(MAX_SORTS + 3):
        found = found.with_(f"sort.list-{number}", "title-desc")
    assert [name for name, _ in found.sorts] == [f"list-{n}" for n in range(3, MAX_SORTS + 3)]
    assert parse(found.cookie) == found
    assert found.sort_of("list-0") == ""
    assert found.sort_of("list-9") == "title-desc"
    assert found.with_("sort.list-9", "").sort_of("list-9") == ""


def test_the_largest_cookie_is_one_that_is_read() -> None:
    found = DEFAULTS
    for one in PREFERENCES.values():
        found = found.with_(one.name, max((value for value, _ in one.choices), key=len))
    for number in range(MAX_SORTS):
        found = found.with_(f"sort./{'a' * 36}{number:03}", "relevanceandmore-desc"[-20:])
    assert parse(found.cookie) == found
    assert len(found.cookie) <= MAX_BYTES


async def test_a_form_sets_them_and_leads_back(server: LocalServer) -> None:
    answer = await server.get(
        "/preferences",
        method="POST",
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"{server.url}/tags?q=a",
            "Cookie": "preferences=density=large",
        },
        body="theme=dark&sort.favorites=title",
    )
    assert (answer.status, answer.headers["location"]) == (303, "/tags?q=a")
    assert parse(cookie_of(answer)) == Preferences(
        theme="dark", density="large", sorts=(("favorites", "title"),)
    )
    for attribute in ("SameSite=Lax", "HttpOnly", "Path=/", f"Max-Age={MAX_AGE_S}"):
        assert attribute in answer.headers["set-cookie"]


async def test_htmx_gets_an_event_with_what_shows(server: LocalServer) -> None:
    answer = await post(server, "/preferences", htmx=True, theme="light", autoplay="off")
    assert answer.status == 204
    assert json.loads(answer.headers["hx-trigger"]) == {
        "preferences": {"theme": "light", "density": "comfortable", "view": "grid"}
    }
    assert parse(cookie_of(answer)).autoplay == "off"


@pytest.mark.parametrize(
    "form", [{"theme": "pink"}, {"colour": "red"}, {"sort.X": "title"}, {"sort.all": "1"}]
)
async def test_a_form_with_something_wrong_changes_nothing(
    server: LocalServer, form: dict[str, str]
) -> None:
    answer = await post(server, "/preferences", False, **{"view": "list", **form})
    assert answer.status == 400
    assert "set-cookie" not in answer.headers
    assert next(iter(form)) in answer.text


async def test_every_page_follows_the_preferences_of_who_asks(server: LocalServer) -> None:
    """Also errors, and pages that are rendered once for many: nobody gets another's."""
    for path in ("/", "/favorites", "/tags", "/headset", "/api", "/admin/performance", "/none"):
        mine = await attributes_of(server, path, "theme=dark&density=large&view=list&autoplay=off")
        theirs = await attributes_of(server, path)
        assert mine == ("dark", "large", "list"), path
        assert theirs == ("system", "comfortable", "grid"), path
        assert await attributes_of(server, path, "theme=light") == ("light", "comfortable", "grid")


async def test_a_kept_page_is_another_for_another_theme(server: LocalServer) -> None:
    first = await server.get("/", headers={"Cookie": "preferences=theme=dark"})
    assert "Cookie" in first.headers["vary"]
    tag = first.headers["etag"]
    same = await server.get("/", headers={"Cookie": "preferences=theme=dark", "If-None-Match": tag})
    other = await server.get("/", headers={"If-None-Match": tag})
    assert (same.status, other.status) == (304, 200)


async def test_what_a_cached_page_does_not_show_makes_no_copy_of_it(server: LocalServer) -> None:
    pages = server.services.rendering.pages.cache
    await server.get("/")
    misses = pages.misses
    await server.get("/", headers={"Cookie": "preferences=autoplay=off&sort.favorites=title"})
    assert pages.misses == misses


async def test_a_choice_shows_in_other_tabs_and_after_going_back(
    server: LocalServer, browser: Browser
) -> None:
    async with context(browser) as tabs:
        page = await live_page(tabs, f"{server.url}/")
        other = await live_page(tabs, f"{server.url}/favorites")
        await page.goto(f"{server.url}/tags")
        await page.evaluate(
            "htmx.ajax('POST', '/preferences', {values: {theme: 'dark'}, swap: 'none'})"
        )
        for shown in (page, other):
            await expect(shown.locator("html[data-theme=dark]")).to_have_count(1)
        await page.go_back()
        await expect(page.locator("html[data-theme=dark]")).to_have_count(1)
        assert await page.evaluate("Object.keys(document.documentElement.dataset).sort()") == [
            "density",
            "theme",
            "view",
        ]

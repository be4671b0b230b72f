"""The home: rows of what to watch, each the beginning of a list, live like the lists themselves."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from lvs.http.preferences import COOKIE
from lvs.services import Services
from lvs.store import Transaction, curation, playback, saved_searches
from lvs.viewer import HOUSEHOLD
from tests.helpers.browsers import live_page
from tests.helpers.clips import Cast
from tests.helpers.html import Element, element, elements
from tests.helpers.libraries import age, fill, library
from tests.helpers.servers import LocalServer, eventually

FILMS = ("Films/Alpine hare", "Films/Harbor", "Trips/Beach", "Trips/City")
ROWS = ("continue", "recent", "folders", "top", "day")
LONG_AGO_S, HOUR_S = 1_700_000_000, 3_600


def lengthen(tx: Transaction) -> None:
    """Long enough to be resumed."""
    tx.connection.execute("update item set duration_s = 60")


async def ingest(services: Services, cast: Cast, videos: Path, *names: str) -> None:
    """Files in this order, the first one the oldest by two hours."""
    for number, name in enumerate(names):
        path = cast.unique(videos / f"{name}.mp4")
        os.utime(path, (LONG_AGO_S + 2 * number * HOUR_S,) * 2)
    await library(services)


def recorded(tx: Transaction, item_id: int, day: date) -> None:
    tx.connection.execute(
        "update item set recorded_at = ?, version = version + 1 where id = ?",
        (f"{day.year - 3}-{day:%m-%d}T12:00:00", item_id),
    )
    tx.emit("item.updated", item_id)


async def ids(services: Services) -> dict[str, int]:
    rows = await services.store.read(
        lambda conn: conn.execute("select title, id from item where file_count > 0").fetchall()
    )
    return dict(rows)


@pytest.fixture
async def home(server: LocalServer, services: Services, videos: Path, cast: Cast) -> LocalServer:
    """A library where every row has something."""
    await ingest(services, cast, videos, *FILMS)
    found = await ids(services)
    write = services.store.write
    await write(lengthen)
    await write(playback.save_position, HOUSEHOLD, found["Harbor"], 20.0)
    await write(curation.rate, HOUSEHOLD, found["Beach"], 5)
    await write(recorded, found["City"], date.today())  # noqa: DTZ011
    await write(saved_searches.save, HOUSEHOLD, "Hares", "q=hare")
    (search,) = await services.store.read(saved_searches.saved, HOUSEHOLD)
    await write(saved_searches.pin, HOUSEHOLD, search.id, True)
    return server


def row_of(page: str, name: str) -> Element:
    return element(page, "section", id=f"row-{name}")


def titles(page: str, name: str) -> list[str]:
    section = page.partition(f'id="row-{name}"')[2].partition("</section>")[0]
    return re.findall(r'class="card-title">([^<]*)<', section)


async def test_every_row_is_the_beginning_of_a_list(home: LocalServer, services: Services) -> None:
    page = (await home.get("/")).text
    (search,) = await services.store.read(saved_searches.saved, HOUSEHOLD)
    today = date.today()  # noqa: DTZ011
    day = today.month * 100 + today.day
    for name, heading, url, shown in (
        ("continue", "Continue watching", "/continue", ["Harbor"]),
        ("recent", "Recently added", "/all", ["City", "Beach", "Harbor", "Alpine hare"]),
        ("folders", "Folders", "/folders", []),
        (
            "top",
            "Top rated, not watched yet",
            "/all?watched=0&min_average=4&sort=rating",
            ["Beach"],
        ),
        ("day", "On this day", f"/all?day={day}", ["City"]),
        (f"saved-{search.id}", "Hares", "/all?q=hare", ["Alpine hare"]),
    ):
        link = element(page, "h2", id=f"title-{name}").children[0]
        assert (link.text, link["href"]) == (heading, url)
        assert titles(page, name) == shown, name
        if shown and name != "folders":
            assert titles(page, name)[0] in (await home.get(url)).text
    folders = [one.text for one in elements(page, "a", class_="folder-link")]
    assert folders == ["Films 2 items", "Trips 2 items"]


async def test_ids_are_unique_though_an_item_is_in_several_rows(home: LocalServer) -> None:
    page = (await home.get("/")).text
    assert page.count(">Beach<") == 2
    found = Counter(one["id"] for one in elements(page, id=True))
    assert [name for name, count in found.items() if count > 1] == []
    described = " ".join(one["aria-describedby"] for one in elements(page, aria_describedby=True))
    assert set(described.split()) <= found.keys()


async def test_a_home_without_videos_says_where_they_come_from(server: LocalServer) -> None:
    page = (await server.get("/")).text
    assert all(row_of(page, name).has("hidden", True) for name in ROWS)
    assert "No videos yet" in page


async def test_an_empty_row_is_absent(
    server: LocalServer, services: Services, videos: Path, cast: Cast
) -> None:
    await ingest(services, cast, videos, "a")
    page = (await server.get("/")).text
    assert [name for name in ROWS if row_of(page, name).has("hidden", False)] == ["recent"]
    assert "No videos yet" not in page


async def test_a_list_at_the_old_address_is_still_a_list(home: LocalServer) -> None:
    for arguments in ("sort=title", "q=hare", "folder=Films", "favorites=1", "kind=video"):
        old, new = await home.get(f"/?{arguments}"), await home.get(f"/all?{arguments}")
        assert old.text == new.text, arguments
        assert 'id="grid"' in old.text
    assert 'id="home"' in (await home.get("/?utm_source=mail")).text


async def test_many_of_one_folder_at_once_are_one_tile(
    server: LocalServer, services: Services, videos: Path, cast: Cast
) -> None:
    await ingest(services, cast, videos, *FILMS)
    for number in range(8):
        cast.unique(videos / f"Show/Season 2/Part {number}.mp4")
    age(videos / "Show")
    await library(services)
    page = (await server.get("/")).text
    tile = row_of(page, "recent").children[1]
    first = elements(page, "li", class_="folder-tile")[0]
    assert tile.tag == "ul"
    assert first.text.split() == ["Season", "2", "8", "new"]
    assert titles(page, "recent") == ["City", "Beach", "Harbor", "Alpine hare"]


async def test_few_or_groups_alone_are_not_grouped(
    server: LocalServer, services: Services, videos: Path, cast: Cast
) -> None:
    for season in (1, 2):
        for number in range(6):
            cast.unique(videos / f"Show/Season {season}/Part {number}.mp4")
    age(videos)
    await library(services)
    assert len(titles((await server.get("/")).text, "recent")) == 12


async def test_the_start_page_is_what_a_person_prefers(home: LocalServer) -> None:
    cookie = {"Cookie": f"{COOKIE}=start_page=all"}
    visit = await home.get("/", headers=cookie)
    assert (visit.status, visit.headers["location"]) == (303, "/all")
    link = await home.get("/", headers={**cookie, "Referer": f"{home.url}/tags"})
    assert 'id="home"' in link.text


async def test_pictures_of_the_first_screen_are_not_lazy(
    live_server: LocalServer, live_services: Services, videos: Path, cast: Cast
) -> None:
    for number in range(3):
        cast.unique(videos / f"{number}.mp4")
    await library(live_services)

    async def ready() -> bool:
        return (await live_server.get("/")).text.count('data-state="ready"') == 3

    await eventually(ready)
    images = elements((await live_server.get("/")).text, "img", class_="card-image")
    assert [image.attributes.get("fetchpriority") for image in images] == ["high", None, None]
    assert not [image for image in images if "loading" in image.attributes]


async def test_a_saved_search_is_renamed_pinned_and_deleted(
    home: LocalServer, services: Services
) -> None:
    (search,) = await services.store.read(saved_searches.saved, HOUSEHOLD)
    page = (await home.get("/searches")).text
    assert element(page, "a", href="/all?q=hare", id=False).text == "Hares"
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    async def post(action: str, body: str) -> int:
        answer = await home.get(f"/searches/{action}", method="POST", headers=form, body=body)
        return answer.status

    assert await post("rename", f"search={search.id}&name=Bunnies") == 303
    assert await post("pin", f"search={search.id}&pinned=0") == 303
    (after,) = await services.store.read(saved_searches.saved, HOUSEHOLD)
    assert (after.name, after.pinned) == ("Bunnies", False)
    assert f"row-saved-{search.id}" not in (await home.get("/")).text
    assert await post("rename", "search=99&name=x") == 404


# --- live ---


async def shown_rows(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = await page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.home-row:not([hidden])')].map(row =>"
        " [row.id, [...row.querySelectorAll('li')].map(each =>"
        " each.textContent.replace(/\\s+/g, ' ').trim()"
        " + [...each.querySelectorAll('[aria-pressed]')].map(b => b.ariaPressed))]))"
    )
    return found


async def test_an_open_home_equals_a_fresh_one_after_changes_elsewhere(
    live_server: LocalServer,
    live_services: Services,
    videos: Path,
    cast: Cast,
    context: BrowserContext,
) -> None:
    for name in ("Films/Hare", "Trips/Beach"):
        cast.unique(videos / f"{name}.mp4")
    age(videos)
    await library(live_services)

    async def ready() -> bool:
        return (await live_server.get("/all")).text.count('data-state="ready"') == 2

    await eventually(ready)
    await live_services.store.write(lengthen)
    page = await live_page(context, live_server.url)
    other = await live_page(context, f"{live_server.url}/all?sort=title")
    # A rating on another page.
    await live_services.store.write(
        curation.rate, HOUSEHOLD, (await ids(live_services))["Beach"], 5
    )
    await expect(page.locator("#row-top .card-title")).to_have_text(["Beach"])
    # A heart on another page.
    await other.locator(".card:has-text('Hare') .heart").click()
    pressed = page.locator("#row-recent .card:has-text('Hare') .heart[aria-pressed=true]")
    await expect(pressed).to_have_count(1)
    # A playback.
    await live_services.store.write(
        playback.save_position, HOUSEHOLD, (await ids(live_services))["Hare"], 20.0
    )
    await expect(page.locator("#row-continue .card-title")).to_have_text(["Hare"])
    # A dropped file.
    cast.unique(videos / "Trips" / "City.mp4")
    await expect(page.locator("#row-recent .card[data-state=ready]")).to_have_count(3)
    await expect(page.locator("#row-folders .folder-tile:has-text('Trips')")).to_contain_text("2")
    # A file that goes.
    (videos / "Trips" / "Beach.mp4").unlink()
    await expect(page.locator("#row-recent .card")).to_have_count(2)
    await expect(page.locator("#row-top .card")).to_have_count(0)
    fresh = await live_page(context, live_server.url)
    assert await shown_rows(page) == await shown_rows(fresh)
    doubled = await page.evaluate(
        "[...document.querySelectorAll('[id]')].map(e => e.id)"
        ".filter((id, at, all) => all.indexOf(id) !== at)"
    )
    assert doubled == []


async def test_a_full_row_keeps_its_length_and_order(
    live_server: LocalServer, live_services: Services, context: BrowserContext
) -> None:
    """Cards move within it, leave it, and come from the rest of the list."""
    await fill(live_services.store, 16)
    write = live_services.store.write
    await write(lengthen)
    for item_id in range(1, 16):
        await write(playback.save_position, HOUSEHOLD, item_id, 20.0)
    page = await live_page(context, live_server.url)
    cards = page.locator("#row-continue .card")
    await expect(cards).to_have_count(12)
    await write(playback.save_position, HOUSEHOLD, 2, 25.0)  # from beyond the end to the front
    await expect(cards.first).to_have_id("v-2-continue")
    await expect(cards).to_have_count(12)
    await write(playback.save_position, HOUSEHOLD, 9, 60.0)  # watched to its end
    await expect(page.locator("#v-9-continue")).to_have_count(0)
    await expect(cards).to_have_count(12)
    await write(curation.rate, HOUSEHOLD, 16, 5)
    await expect(page.locator("#v-16-top")).to_have_count(1)
    fresh = await live_page(context, live_server.url)
    assert await shown_rows(page) == await shown_rows(fresh)

"""Folders as places: tiles of what is inside, a head, their own order, and playing all of it."""

from __future__ import annotations

import itertools
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.services import Services
from lvs.store import Transaction, roots
from tests.helpers.browsers import live_page
from tests.helpers.clips import Cast
from tests.helpers.html import element, elements, links
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer

EPISODES = [f"S01E{number:02}" for number in (1, 2, 3, 4, 9, 10, 11, 12)]
SEASON = "/all?folder=Show/Season%201"


@pytest.fixture
async def show(server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """Eight episodes of one second, found in another order than theirs."""
    folder = videos / "Show" / "Season 1"
    folder.mkdir(parents=True)
    for name in (*EPISODES[::-2], *EPISODES[::2]):
        cast.unique(folder / f"{name}.mp4")
    await library(server.services)
    return server


def titles(html: str) -> list[str]:
    return [title.text for title in elements(html, "span", class_="card-title")]


async def test_a_folder_is_in_the_natural_order_of_titles(show: LocalServer) -> None:
    assert titles((await show.get(SEASON)).text) == EPISODES


async def test_next_of_an_episode_is_the_next_episode(show: LocalServer) -> None:
    for episode, following in itertools.pairwise(EPISODES):
        page = await show.get(
            f"/watch/Show/Season%201/{episode}.mp4", headers={"Referer": show.url + SEASON}
        )
        (found,) = set(links(page.text, rel="next"))
        assert f"/{following}.mp4" in found
        page = await show.get(found)
        (back,) = set(links(page.text, rel="prev"))
        assert f"/{episode}.mp4" in back


async def test_play_all_begins_with_the_first_and_shuffle_with_any(show: LocalServer) -> None:
    page = (await show.get(SEASON)).text
    (play,) = [link["href"] for link in elements(page, "a") if link.text == "Play all"]
    (shuffle,) = [link["href"] for link in elements(page, "a") if link.text == "Shuffle"]
    first = (await show.get(play)).headers["location"]
    assert unquote(first) == "/watch/Show/Season 1/S01E01.mp4?folder=Show/Season 1&list=1"
    assert 'href="/watch/Show/Season%201/S01E02.mp4' in (await show.get(first)).text
    firsts = {(await show.get(shuffle)).headers["location"] for _ in range(12)}
    assert len(firsts) > 1
    assert all("sort=random&seed=" in address for address in firsts)
    assert (await show.get(firsts.pop())).status == 200


async def test_a_list_with_nothing_to_play_says_so(server: LocalServer) -> None:
    answer = await server.get("/play?favorites=1")
    assert answer.status == 404
    assert "Nothing in this list can be played" in answer.text


async def test_the_head_has_a_collage_the_count_and_the_total_time(server: LocalServer) -> None:
    await fill(server.services.store, 6, ("Films", "Films", "Films/Old"))
    await server.services.store.write(_set_durations)
    page = (await server.get("/all?folder=Films")).text
    summary = element(page, "div", id="summary")
    assert "6 videos · 2 h 30 min" in summary.text
    (cover,) = elements(page, "span", class_="folder-cover")
    assert cover["data-count"] == "4"
    (tile,) = elements(page, "li", class_="folder-tile")
    assert tile.text == "Old 2 items"
    assert links(page, class_="folder-link") == ["/all?folder=Films/Old"]


def _set_durations(tx: Transaction) -> None:
    tx.connection.execute("update item set duration_s = 1500")
    tx.emit("folder.updated", roots.folder_id(tx, 1, "Films"))


@pytest.mark.parametrize("more", ["&watched=0", "&q=video", "&kind=video"])
async def test_a_narrowed_folder_has_no_tiles(server: LocalServer, more: str) -> None:
    await fill(server.services.store, 6, ("Films", "Films/Old"))
    page = (await server.get(f"/all?folder=Films{more}")).text
    assert not elements(page, class_="folder-tile")


async def test_the_order_of_folders_is_remembered_and_an_address_wins(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 3, ("Films",))
    named = titles((await server.get("/all?folder=Films")).text)
    answer = await server.get("/all?folder=Films&sort=title&direction=desc&remember=1")
    assert answer.status == 303
    assert answer.headers["location"] == "/all?folder=Films&direction=desc"
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    again = (await server.get("/all?folder=Films", headers=cookie)).text
    assert titles(again) == named[::-1]
    assert element(again, class_="direction")["title"] == "Z to A"
    explicit = (await server.get("/all?folder=Films&sort=title", headers=cookie)).text
    assert titles(explicit) == named
    page = await server.get(
        f"/watch/Films/{quote(named[1])}.mp4",
        headers={"Referer": f"{server.url}/all?folder=Films"} | cookie,
    )
    assert all(quote(named[0]) in link for link in links(page.text, rel="next"))
    back = await server.get("/all?folder=Films&sort=title&remember=1", headers=cookie)
    assert "sort.folder" not in back.headers["set-cookie"]


async def test_a_bad_direction_is_refused(server: LocalServer) -> None:
    answer = await server.get("/all?direction=up")
    assert answer.status == 400
    assert "asc, desc" in answer.text


async def test_head_and_tiles_follow_changes(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    await fill(live_services.store, 3, ("Films",))
    page = await live_page(context, f"{live_server.url}/all?folder=Films")
    await expect(page.locator(".folder-tile")).to_have_count(0)
    await fill(live_services.store, 5, ("Films/Old",), start=10)
    await expect(page.locator(".folder-tile .folder-count")).to_have_text("5 items")
    await expect(page.locator("#summary .muted")).to_contain_text("8 videos")
    await expect(page.locator("#grid > .card")).to_have_count(8)

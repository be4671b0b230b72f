"""Pages: lists, cursors, errors, headers, and all of it without JavaScript."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lvs.config import ServerConfig
from lvs.lifecycle import open_house
from lvs.models import SORTS, Card
from lvs.services import Services
from lvs.store import Transaction, gallery, playback, videos
from lvs.store import videos as videos_store
from lvs.store.views import View
from tests.helpers.clips import Cast
from tests.helpers.html import card_ids, hrefs
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer, Process, StartServices, ask, eventually, serving


@pytest.mark.parametrize("sort", SORTS)
async def test_following_the_plain_links_shows_every_video_once(
    server: LocalServer, sort: str
) -> None:
    await fill(server.services.store, 150)
    url = f"/?sort={sort}&seed=7"
    seen: list[int] = []
    while url:
        page = (await server.get(url)).text
        seen += card_ids(page)
        more = hrefs(page, r'<a class="button" href="([^"]+)" hx-get')
        url = more[0] if more else ""
    assert len(seen) == 150
    assert len(set(seen)) == 150


PLAYED = random.Random(5).sample(range(1, 81), 20)  # one after the other
# What ascends in each list. A shuffled one has tests of its own.
ORDERS: dict[str, Callable[[Card], Any]] = {
    "newest": lambda card: -card.added_at,
    "oldest": lambda card: card.added_at,
    "title": lambda card: card.title.casefold(),
    "rating": lambda card: -card.rating_average,
    "views": lambda card: -card.views,
    "duration": lambda card: -(card.duration_s or 0),
    "size": lambda card: -card.size,
    "relevance": lambda card: -card.added_at,  # of no words: the newest first
    "recent": lambda card: -PLAYED.index(card.id) if card.id in PLAYED else 1,
}


def play(tx: Transaction) -> None:
    for minute, video in enumerate(PLAYED):
        tx.at = 60_000 * minute
        playback.save_position(tx, video, 20.0)


def test_every_order_is_covered() -> None:
    assert {*ORDERS, "random"} == {*SORTS}


@pytest.mark.parametrize("sort", ORDERS)
async def test_orders_are_what_they_say(services: Services, sort: str) -> None:
    for start in (40, 0):  # titles are not in the order of the rows
        await fill(services.store, 40, start=start)
    await services.store.write(play)
    page = await services.store.read(gallery.page, View(sort, seed=3), limit=80)
    cards = await services.store.read(videos.cards, [video for video, _ in page.videos])
    shown = [ORDERS[sort](cards[video]) for video, _ in page.videos]
    assert len(shown) == 80
    assert len({*shown}) >= 5
    assert shown == sorted(shown)


async def test_a_shuffled_list_is_stable_and_another_seed_is_another_list(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 100)
    first = card_ids((await server.get("/?sort=random&seed=11")).text)
    again = card_ids((await server.get("/?sort=random&seed=11")).text)
    other = card_ids((await server.get("/?sort=random&seed=12")).text)
    assert first == again != other
    assert first != sorted(first)


async def test_a_shuffled_list_without_a_seed_gets_one(server: LocalServer) -> None:
    answer = await server.get("/?sort=random")
    assert answer.status == 303
    assert re.fullmatch(r"/\?sort=random&seed=\d+", answer.headers["location"])


async def test_a_folder_page_has_its_own_videos_and_the_way_back(server: LocalServer) -> None:
    await fill(server.services.store, 30, folders=("a/b", "c"))
    page = (await server.get("/?folder=a")).text
    assert len(card_ids(page)) == 15
    assert "15 videos" in page
    assert hrefs(page, r'class="chip"[^>]*href="([^"]+)"') == ["/?folder=a/b"]
    inner = (await server.get("/?folder=a/b")).text
    assert '<a href="/?folder=a">a</a>' in inner


async def test_large_and_small_folders_list_alike(services: Services) -> None:
    """A large folder walks the order, a small one is gathered; both have the same list."""
    await fill(services.store, 400, folders=("big", "big", "big", "small"))
    for path in ("big", "small"):
        from lvs.store import roots

        folder = await services.store.read(roots.folder_at, 1, path)
        assert folder is not None
        view = View("title", folder.id)
        page = await services.store.read(gallery.page, view, limit=400)
        cards = await services.store.read(videos.cards, [video for video, _ in page.videos])
        assert len(page.videos) == folder.video_count
        titles = [cards[video].title for video, _ in page.videos]
        assert titles == sorted(titles)


async def test_the_number_of_queries_does_not_grow_with_the_list(
    services: Services, config: ServerConfig
) -> None:
    from lvs.contexts.gallery import gallery_context
    from lvs.contexts.query import GalleryQuery

    await fill(services.store, 120)

    def count(conn: sqlite3.Connection, limit: int) -> int:
        statements: list[str] = []
        conn.set_trace_callback(statements.append)
        services.cards.cache.clear()
        gallery_context(conn, services.library, services.cards, GalleryQuery(), 0, limit)
        conn.set_trace_callback(None)
        return len(statements)

    few, many = await services.store.read(count, 5), await services.store.read(count, 100)
    assert few == many <= 8


async def test_a_page_is_rendered_once_until_something_changes(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    await library(server.services)
    first = await server.get("/")
    misses = server.services.pages.cache.misses
    assert (await server.get("/")).body == first.body
    assert server.services.pages.cache.misses == misses
    cast.unique(videos / "b.mp4")
    await library(server.services)

    async def shows_both() -> bool:
        return len(card_ids((await server.get("/")).text)) == 2

    await eventually(shows_both, timeout=3)


async def test_what_a_user_changes_shows_on_the_next_page(
    server: LocalServer, videos: Path
) -> None:
    (videos / "broken.mp4").write_bytes(b"nothing of the kind")
    await library(server.services)
    (work,) = await server.services.store.read(videos_store.waiting, limit=1, wanted=[], busy=[])
    failure = {"probe_error": "Not a video."}
    write = server.services.store.write
    await write(videos_store.record_probe, work.video_id, work.fingerprint, failure)
    assert 'data-state="failed"' in (await server.get("/")).text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await server.get("/library/retry", method="POST", headers=form)).status == 303
    assert 'data-state="waiting"' in (await server.get("/")).text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/?sort=best", 400, "newest, oldest, title"),
        ("/?after=nonsense", 400, "start from the first page"),
        ("/?after=WzEsMl0x", 400, "start from the first page"),
        ("/?sort=random&seed=x", 400, "whole number"),
        ("/?folder=nowhere", 404, "no folder"),
        ("/watch/nothing.mp4", 404, "look for it in the gallery"),
        ("/watch/../../etc/passwd", 404, ""),
        ("/video/nothing.mp4", 404, "no video"),
        ("/video/../data/library.db", 404, ""),
        ("/stream/0123456789abcdef/x.mp4", 404, "no such video"),
        ("/thumbnails/0123456789abcdef/320.webp", 404, "no such video"),
        ("/thumbnails/0123456789abcdef/9.webp", 404, "320.webp"),
        ("/static/../app.py", 404, ""),
        ("/no/such/page", 404, "no such page"),
    ],
)
async def test_errors_say_what_to_do(
    server: LocalServer, path: str, status: int, says: str
) -> None:
    answer = await server.get(path)
    assert answer.status == status
    assert says in unescape(answer.text)
    assert "Traceback" not in answer.text


async def test_programs_get_problems_and_pages_get_pages(server: LocalServer) -> None:
    as_json = await server.get("/watch/x.mp4", headers={"Accept": "application/json"})
    assert as_json.headers["content-type"] == "application/problem+json"
    assert b'"detail"' in as_json.body
    as_fragment = await server.get("/watch/x.mp4", headers={"HX-Request": "true"})
    assert "<html" not in as_fragment.text
    assert 'role="alert"' in as_fragment.text


async def test_an_empty_library_says_what_to_do(server: LocalServer, videos: Path) -> None:
    page = (await server.get("/")).text
    assert "No videos yet" in page
    assert str(videos) in page


async def test_every_answer_is_guarded(server: LocalServer) -> None:
    for path in ("/", "/ping", "/no/such/page", "/static/css/base.css"):
        headers = (await server.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src" not in policy, "default-src holds for scripts: no inline ones"
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "permissions-policy" in headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "192.168.1.5", "lvs.local", "NAS.local."]
)
async def test_our_names_are_answered(server: LocalServer, host: str) -> None:
    assert (await server.get("/ping", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "1.2.3.4.nip.io", "["])
async def test_other_names_are_refused(server: LocalServer, host: str) -> None:
    answer = await server.get("/ping", headers={"Host": host})
    assert answer.status == 421
    assert "LVS_ALLOWED_HOSTS" in answer.text


async def test_a_configured_name_is_answered(start_services: StartServices) -> None:
    services = await start_services(live=False, allowed_hosts=("films.example",))
    async with serving(services) as server:
        answer = await server.get("/ping", headers={"Host": "films.example:8080"})
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_pages_of_other_sites_change_nothing(
    server: LocalServer, headers: dict[str, str]
) -> None:
    answer = await server.get("/library/scan", method="POST", headers=headers)
    assert answer.status == 403


async def test_a_form_without_scripts_comes_back_to_its_page(server: LocalServer) -> None:
    referer = f"{server.url}/?sort=title"
    for headers in ({"Referer": referer}, {"Referer": referer, "Sec-Fetch-Site": "same-origin"}):
        answer = await server.get("/library/scan", method="POST", headers=headers)
        assert (answer.status, answer.headers["location"]) == (303, "/?sort=title")
    fragment = await server.get("/library/scan", method="POST", headers={"HX-Request": "true"})
    assert "Looking through all folders." in fragment.text or "once more" in fragment.text
    assert fragment.headers["hx-retarget"] == "#notices"


async def test_a_failed_video_says_why_and_can_be_tried_again(
    server: LocalServer, videos: Path
) -> None:
    (videos / "bad.mp4").write_bytes(b"nothing of a video")
    card = (await library(server.services))["bad.mp4"]

    def fail(tx: Transaction) -> None:
        columns = {"probe_error": "Not a video, or damaged at the start."}
        assert videos_store.record_probe(tx, card.id, _fingerprint(tx, card.id), columns)

    from lvs.store import videos as videos_store

    await server.services.store.write(fail)
    page = (await server.get("/")).text
    assert 'data-state="failed"' in page
    assert "damaged at the start" in page
    form = "application/x-www-form-urlencoded"
    answer = await server.get(
        "/library/retry", method="POST", body=f"video={card.id}", headers={"Content-Type": form}
    )
    assert answer.status == 303
    assert 'data-state="waiting"' in (await server.get("/")).text
    bad = await server.get(
        "/library/retry", method="POST", body="video=x", headers={"Content-Type": form}
    )
    assert bad.status == 400


def _fingerprint(tx: Transaction, video_id: int) -> str:
    row = tx.connection.execute("select fingerprint from video where id = ?", (video_id,))
    return str(row.fetchone()[0])


async def test_the_watch_page_keeps_to_the_list_that_one_came_from(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    for name in ("a", "b", "c"):
        cast.unique(videos / f"{name}.mp4")
    await library(server.services)
    came_from = {"Referer": f"{server.url}/?sort=title"}
    page = (await server.get("/watch/b.mp4", headers=came_from)).text
    before = hrefs(page, r'rel="prev" href="([^"]+)"')[0]
    after = hrefs(page, r'rel="next" href="([^"]+)"')[0]
    assert urlsplit(before).path == "/watch/a.mp4"
    assert urlsplit(after).path == "/watch/c.mp4"
    newest = {"Referer": f"{server.url}/"}
    page = (await server.get("/watch/b.mp4", headers=newest)).text
    steps = hrefs(page, r'rel="(?:prev|next)" href="([^"]+)"')
    assert steps
    for step in steps:
        assert "list=1" in step
        assert (await server.get(step)).status == 200


async def test_a_missing_video_keeps_its_page_and_says_so(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    cast.unique(videos / "b.mp4")
    await library(server.services)
    (videos / "a.mp4").unlink()
    await library(server.services)
    page = await server.get("/watch/a.mp4")
    assert page.status == 200
    assert "File missing since today" in page.text
    assert "<video" not in page.text


@pytest.mark.parametrize(
    ("name", "says", "plays"),
    [
        ("beach.mp4", "", True),
        ("meadow.webm", "", True),
        ("ac3.mkv", "You may not hear sound: browsers often lack AC-3.", True),
    ],
)
async def test_the_watch_page_says_what_a_browser_cannot_play(
    live_server: LocalServer, videos: Path, cast: Cast, name: str, says: str, plays: bool
) -> None:

    cast.copy(name, videos / name)

    async def probed() -> bool:
        return 'data-state="ready"' in (await live_server.get("/")).text

    await eventually(probed)
    page = (await live_server.get(f"/watch/{name}")).text
    assert says in page
    assert ("<video" in page) == plays
    assert ("notice-warning" in page.partition('id="about"')[2]) == bool(says)


async def test_thumbnails_are_cached_for_ever_and_placeholders_are_not(
    live_server: LocalServer, videos: Path, cast: Cast
) -> None:

    cast.copy("beach.mp4", videos / "beach.mp4")

    async def picture() -> list[str]:
        return hrefs((await live_server.get("/")).text, r'src="(/thumbnails/[^"]+v=[^"]+)"')

    url = (await eventually(picture))[0]
    answer = await live_server.get(url)
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    jpeg = await live_server.get(url.replace("320.webp", "640.jpg"))
    assert jpeg.body[:2] == b"\xff\xd8"
    folder = live_server.services.config.data_directory / "thumbnails"
    for path in folder.rglob("*.webp"):
        path.unlink()
    placeholder = await live_server.get(url)
    assert placeholder.headers["cache-control"] == "no-store"

    async def is_back() -> bool:
        return "immutable" in (await live_server.get(url)).headers["cache-control"]

    await eventually(is_back)


async def test_a_page_survives_a_store_that_fails(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    object.__setattr__(server.services.store, "read", broken)
    answer = await server.get("/?sort=title")
    assert answer.status == 503
    assert "lvs doctor" in answer.text


async def test_static_files_are_compressed_and_cached(server: LocalServer) -> None:
    page = (await server.get("/")).text
    url = re.findall(r'src="(/static/htmx/htmx[^"]+)"', page)[0]
    answer = await server.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    again = await server.get(
        url, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]}
    )
    assert again.status == 304


async def test_the_scripts_of_the_gallery_stay_small(server: LocalServer) -> None:
    page = (await server.get("/")).text
    total = 0
    for url in re.findall(r'<script[^>]+src="([^"]+)"', page):
        assert url.startswith("/static/"), "nothing loads from another host"
        answer = await server.get(url, headers={"Accept-Encoding": "gzip"})
        total += len(answer.body)
    assert 5_000 < total < 25_000


def test_hypercorn_can_serve_the_app_by_itself(tmp_path: Path, videos: Path, cast: Cast) -> None:

    cast.unique(videos / "a.mp4")
    port = random.randint(20_000, 30_000)
    process = Process(
        videos,
        tmp_path / "data",
        command=("-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "app:app"),
    )
    process.start(wait=False)
    try:

        def answers() -> bool:
            try:
                return ask(port, "/ping").status == 200
            except OSError:
                return False

        process.wait_for(answers, "an answer")
    finally:
        process.stop()


async def test_a_second_server_on_the_same_data_is_refused(
    services: Services, config: ServerConfig
) -> None:
    from lvs.errors import StartError

    with pytest.raises(StartError, match="in use by another server"):
        async with open_house(config):
            pass

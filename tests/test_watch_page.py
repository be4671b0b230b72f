"""The watch page: its list, a missing file, what a browser cannot play."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lvs.store import Transaction
from tests.helpers.clips import Cast
from tests.helpers.html import elements, links
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer, eventually


async def test_the_watch_page_keeps_to_the_list_that_one_came_from(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    for name in ("a", "b", "c"):
        cast.unique(videos / f"{name}.mp4")
    await library(server.services)
    came_from = {"Referer": f"{server.url}/all?sort=title"}
    page = (await server.get("/watch/b.mp4", headers=came_from)).text
    before = links(page, rel="prev")[0]
    after = links(page, rel="next")[0]
    assert urlsplit(before).path == "/watch/a.mp4"
    assert urlsplit(after).path == "/watch/c.mp4"
    home = (await server.get("/watch/b.mp4", headers={"Referer": f"{server.url}/"})).text
    assert not [step for step in links(home, rel="next") if "list=1" in step]
    newest = {"Referer": f"{server.url}/all"}
    page = (await server.get("/watch/b.mp4", headers=newest)).text
    steps = [*links(page, rel="prev"), *links(page, rel="next")]
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
        return 'data-state="ready"' in (await live_server.get("/all")).text

    await eventually(probed)
    page = (await live_server.get(f"/watch/{name}")).text
    assert says in page
    assert ("<video" in page) == plays
    assert ("notice-warning" in page.partition('id="about"')[2]) == bool(says)


@pytest.mark.parametrize(
    ("container", "video", "audio", "says", "plays"),
    [
        ("avi", "mpeg4", "mp3", "Browsers can't play AVI files.", False),
        ("mov", "mpeg4", "aac", "Browsers can't play MPEG-4 Part 2 video.", False),
        ("matroska", "hevc", "aac", "Some browsers can't play HEVC video.", True),
        ("mov", "h264", "eac3", "You may not hear sound: browsers often lack E-AC-3.", True),
        ("mov", "av1", None, "", True),
    ],
)
async def test_containers_and_codecs_that_browsers_lack_are_named(
    server: LocalServer, container: str, video: str, audio: str | None, says: str, plays: bool
) -> None:
    await fill(server.services.store, 1)

    def set_codecs(tx: Transaction) -> None:
        tx.connection.execute("update item set container = ?", (container,))
        tx.connection.execute(
            "update video_facts set video_codec = ?, audio_codec = ?", (video, audio)
        )

    await server.services.store.write(set_codecs)
    page = (await server.get("/watch/Video%20000000.mp4")).text
    about = [notice.text for notice in elements(page, class_="notice-warning", role=False)]
    in_place = elements(page, class_="stage-reason")
    assert [says in text for text in about + [it.text for it in in_place]] == [True] * bool(says)
    assert bool(elements(page, "video")) == plays
    where = {"class_": "notice-warning", "role": False} if plays else {"class_": "ways-out"}
    ways = [it.text for one in elements(page, **where) for it in one.children if it.tag == "a"]
    assert ways[:2] == (["Open in another player", "Download file"] if says else [])

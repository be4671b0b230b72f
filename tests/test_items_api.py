"""`/api/items`: items of every kind as JSON; a video is as in `/api/videos`, with its kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lvs.models import FoundFile
from lvs.store import Transaction, curation, files, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer

pytestmark = pytest.mark.engines("sqlite", "postgres")

SONG = FoundFile("Song.mp3", 1_000, 1_500_000_000_000_000_000, "00000000000000aa")


async def read(server: LocalServer, path: str, status: int = 200) -> Any:
    answer = await server.get(path)
    assert answer.status == status, answer.text
    return json.loads(answer.body)


async def library_of_two_kinds(server: LocalServer) -> None:
    """Three videos and a song."""

    def add(tx: Transaction) -> None:
        files.ingest(tx, 1, [SONG], {}, first_scan=False)

    await fill(server.services.store, 3)
    await server.services.store.write(add)


async def test_lists_have_items_of_every_kind(server: LocalServer) -> None:
    await library_of_two_kinds(server)
    listed = await read(server, "/api/items?sort=title")
    assert [item["kind"] for item in listed["items"]] == ["audio", "video", "video", "video"]
    assert listed["total"] == 4


async def test_a_list_of_a_kind_has_no_other(server: LocalServer) -> None:
    await library_of_two_kinds(server)
    for kind, count in (("video", 3), ("audio", 1), ("all", 4)):
        listed = await read(server, f"/api/items?kind={kind}")
        assert (len(listed["items"]), listed["total"]) == (count, count)
    assert (await read(server, "/api/videos"))["total"] == 3
    refused = await read(server, "/api/items?kind=smell", 400)
    assert "kind" in refused["detail"]


async def test_pages_of_all_kinds_follow_one_another(server: LocalServer) -> None:
    await library_of_two_kinds(server)
    seen, after = [], ""
    while after is not None:
        page = await read(server, f"/api/items?sort=title&limit=1&after={after}")
        seen += [item["title"] for item in page["items"]]
        after = page["next"]
    assert seen == ["Song", "Video 000000", "Video 000001", "Video 000002"]


async def test_a_video_is_as_among_videos_with_its_kind(server: LocalServer) -> None:
    await library_of_two_kinds(server)
    await server.services.store.write(curation.rate, HOUSEHOLD, 1, 4)
    for video in (await read(server, "/api/videos"))["videos"]:
        item = await read(server, f"/api/items/{video['media_hash']}")
        assert {name: item[name] for name in video} == video
        assert item["kind"] == "video"
        assert (item["media_url"], item["page_url"]) == (video["video_url"], video["watch_url"])


async def test_a_list_has_each_item_as_it_is_now(server: LocalServer) -> None:
    """Also where most of its JSON is kept from a list before."""
    await library_of_two_kinds(server)
    store = server.services.store
    await read(server, "/api/items")
    await store.write(curation.rate, HOUSEHOLD, 1, 4)
    await store.write(curation.set_favorite, HOUSEHOLD, 2, True)
    await store.write(tags.add, 3, 'a ","rating":,"views":')
    for _ in range(2):
        listed = (await read(server, "/api/items"))["items"]
        for item in listed:
            assert item == await read(server, f"/api/items/{item['media_hash']}")
    of_people = sorted((item["rating"]["average"], item["favorite"]) for item in listed)
    assert of_people == [(0.0, False), (0.0, False), (0.0, True), (4.0, False)]


async def test_an_item_of_another_kind_has_the_facts_of_its_kind(server: LocalServer) -> None:
    await library_of_two_kinds(server)
    item = await read(server, f"/api/items/{SONG.fingerprint}")
    assert (item["title"], item["kind"]) == ("Song", "audio")
    assert item["facts"]["artist"] is None
    assert item["page_url"] == f"/items/{SONG.fingerprint}"
    assert "width" not in item
    await read(server, f"/api/videos/{SONG.fingerprint}", 404)
    await read(server, "/api/items/ffffffffffffffff", 404)

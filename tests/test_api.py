"""The JSON API: what programs get, and how they are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lvs.api.videos import VideosOut
from lvs.services import Services
from lvs.store import Transaction, curation, gallery, playback, projection, tags
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, hash_of, library
from tests.helpers.requests import call
from tests.helpers.servers import LocalServer

both_engines = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def media_hash(server: LocalServer, videos: Path, cast: Cast) -> str:
    cast.copy("beach.mp4", videos / "Holidays" / "beach & sun.mp4")
    await library(server.services)
    page = await server.services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1)
    return await hash_of(server.services, page.items[0][0])


@both_engines
async def test_ratings_are_set_read_and_cleared(server: LocalServer, media_hash: str) -> None:
    path = f"/api/ratings/{media_hash}"
    unrated = {"average": 0.0, "count": 0, "user": {"value": None}}
    rated = {"average": 4.0, "count": 1, "user": {"value": 4}}
    assert json.loads((await call(server, "GET", path)).body) == unrated
    answer = await call(server, "POST", path, {"value": 4})
    assert (answer.status, json.loads(answer.body)) == (201, rated)
    again = await call(server, "POST", path, {"value": 4})
    assert (again.status, json.loads(again.body)) == (201, rated)
    assert json.loads((await call(server, "GET", path)).body) == rated
    assert json.loads((await call(server, "DELETE", path)).body) == unrated


async def test_videos_are_named_by_path_too(server: LocalServer, media_hash: str) -> None:
    body = {"filename": "Holidays/beach & sun.mp4", "value": 5}
    assert (await call(server, "POST", "/api/ratings", body)).status == 201
    heart = await call(server, "POST", "/api/favorites", {"filename": body["filename"]})
    assert json.loads(heart.body) == {"media_hash": media_hash, "favorite": True, "count": 1}
    heart = await call(server, "POST", "/api/favorites", {"media_hash": media_hash})
    assert json.loads(heart.body)["favorite"] is False
    for _ in range(2):
        body = {"media_hash": media_hash, "favorite": True}
        heart = await call(server, "POST", "/api/favorites", body)
        assert json.loads(heart.body)["count"] == 1


@both_engines
async def test_a_video_has_all_its_facts(server: LocalServer, media_hash: str) -> None:
    await call(server, "POST", f"/api/ratings/{media_hash}", {"value": 3})
    video = json.loads((await call(server, "GET", f"/api/videos/{media_hash}")).body)
    assert video["filename"] == "Holidays/beach & sun.mp4"
    assert video["rating"] == {"average": 3.0, "count": 1, "user": 3}
    assert datetime.fromisoformat(video["added_at"]).utcoffset() == timedelta(0)
    assert (await server.get(video["video_url"])).status == 200
    assert (await server.get(video["watch_url"])).status == 200
    assert (await server.get(video["thumbnail_url"])).status == 200
    listed = json.loads((await call(server, "GET", "/api/videos")).body)
    assert listed == {"videos": [video], "next": None, "total": 1}


@both_engines
async def test_the_list_has_each_video_as_it_is_now(
    services: Services, server: LocalServer, media_hash: str
) -> None:
    """Also after a change of anything in its JSON: cached JSON belongs to a version."""
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: call(server, "POST", f"/api/ratings/{media_hash}", {"value": 4}),
        lambda: call(server, "POST", "/api/favorites", {"media_hash": media_hash}),
        lambda: call(server, "POST", "/api/tags/set", {"media_hash": media_hash, "tags": ["sea"]}),
        lambda: services.store.write(playback.count_view, 1),
        lambda: services.store.write(projection.set_projection, 1, "180", "sbs"),
    ]
    seen = []
    for change in changes:
        await change()
        video = json.loads((await call(server, "GET", f"/api/videos/{media_hash}")).body)
        for _ in range(2):  # made, then from the cache
            listed = (await call(server, "GET", "/api/videos")).body
            assert json.loads(listed)["videos"] == [video]
            assert VideosOut.model_validate_json(listed).model_dump_json().encode() == listed
        seen.append(video)
    assert all(seen.count(video) == 1 for video in seen)


@both_engines
@pytest.mark.parametrize("sort", ["newest", "title", "random", "size"])
async def test_the_list_is_followed_to_its_end(
    services: Services, server: LocalServer, sort: str
) -> None:
    await fill(services.store, 45)
    path, seen = f"/api/videos?sort={sort}&limit=20&seed=7", []
    while path:
        page = json.loads((await call(server, "GET", path)).body)
        assert page["total"] == 45
        seen += [video["media_hash"] for video in page["videos"]]
        after = page["next"]
        path = f"/api/videos?sort={sort}&limit=20&seed=7&after={after}" if after else ""
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&q=video",
        "&tag=sea",
        "&tag=sea&tag=sun&q=video",
        "&favorites=1",
        "&watched=0&min_height=720",
        "&started=1&sort=recent",
        "&min_rating=2&max_duration=7200&sort=random&seed=5",
    ],
)
async def test_the_queries_of_a_list_do_not_grow_with_it(
    services: Services, server: LocalServer, query: str
) -> None:
    await fill(services.store, 150)
    await services.store.write(give_everything)
    counts = []
    for limit in (5, 25):  # the last page also reads what could not be read
        statements: list[str] = []

        def trace(conn: Any, into: list[str] | None) -> None:
            conn.set_trace_callback(into.append if into is not None else None)

        for _ in range(2):  # whichever reader answers
            await services.store.read(trace, statements)
        assert (await call(server, "GET", f"/api/videos?limit={limit}{query}")).status == 200
        for _ in range(2):
            await services.store.read(trace, None)
        counts.append(len([s for s in statements if s.lower().startswith("select")]))
    assert counts[0] == counts[1]


def give_everything(tx: Transaction) -> None:
    """So that every list has more than a page."""
    for video in range(1, 151):
        tags.set_all(tx, video, ["sea", "sun"])
        curation.rate(tx, HOUSEHOLD, video, 4)
        curation.set_favorite(tx, HOUSEHOLD, video, True)
        playback.save_position(tx, HOUSEHOLD, video, 30.0)


BAD_BODIES: dict[str, tuple[Any, int]] = {
    "empty": ("", 400),
    "not JSON": ("value=4", 400),
    "a list": ([4], 400),
    "a number": ("4", 400),
    "null": ("null", 400),
    "no value": ({}, 400),
    "null value": ({"value": None}, 400),
    "too large": ({"value": 6}, 400),
    "too small": ({"value": 0}, 400),
    "a string": ({"value": "4"}, 400),
    "a fraction": ({"value": 4.5}, 400),
    "true": ({"value": True}, 400),
    "unknown field": ({"value": 4, "stars": 4}, 400),
    "deep": ("[" * 200_000, 400),
    "not UTF-8": (b'{"value": "\xff\xfe"}', 400),
    "huge": ('{"value": "' + "4" * 2_000_000 + '"}', 413),
}


@pytest.mark.parametrize("kind", list(BAD_BODIES))
async def test_a_bad_body_is_refused_with_a_reason(
    server: LocalServer, media_hash: str, kind: str
) -> None:
    body, status = BAD_BODIES[kind]
    answer = await call(server, "POST", f"/api/ratings/{media_hash}", body)
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert problem["status"] == status
    assert len(problem["detail"]) > 10
    summary = json.loads((await call(server, "GET", f"/api/ratings/{media_hash}")).body)
    assert summary["count"] == 0


async def test_another_content_type_is_415(server: LocalServer, media_hash: str) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = await server.get(
        f"/api/ratings/{media_hash}", method="POST", headers=headers, body='{"value": 4}'
    )
    assert answer.status == 415
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/videos?limit=0", 400),
        ("/api/videos?limit=many", 400),
        ("/api/videos?sort=best", 400),
        ("/api/videos?colour=red", 400),
        ("/api/videos?after=zzz", 400),
        ("/api/videos?folder=nowhere", 404),
        ("/api/videos/0000000000000000", 404),
        ("/api/videos/%F0%9F%8E%AC", 404),
        ("/api/ratings/nonsense", 404),
        ("/api/nothing", 404),
    ],
)
async def test_bad_arguments_are_refused(server: LocalServer, path: str, status: int) -> None:
    answer = await call(server, "GET", path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_document_describes_every_call(server: LocalServer) -> None:
    document = json.loads((await server.get("/openapi.json")).body)
    assert set(document["paths"]["/api/ratings/{media_hash}"]) == {"get", "post", "delete"}
    assert {"200", "400", "404"} <= set(document["paths"]["/api/videos"]["get"]["responses"])
    assert "/" not in document["paths"]


async def test_changes_by_the_api_are_pushed_to_pages(
    live_server: LocalServer, videos: Path, cast: Cast
) -> None:
    await fill(live_server.services.store, 1)
    page = await live_server.services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1)
    media_hash = await hash_of(live_server.services, page.items[0][0])
    stream = await live_server.stream("/events")
    await call(live_server, "POST", f"/api/ratings/{media_hash}", {"value": 5})
    message = await stream.until(lambda message: ", 5 stars" in message.data)
    assert "rate-given" in message.data
    stream.close()
    assert (
        await live_server.services.store.read(curation.rating_of, HOUSEHOLD, page.items[0][0])
    ).own == 5


@both_engines
async def test_the_legacy_servers_calls_still_work(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    name = "Video 000000.mp4"

    async def said(path: str, **body: object) -> object:
        answer = await call(server, "POST", path, {"filename": name, **body})
        assert answer.status == 200, answer.text
        return json.loads(answer.body)

    assert await said("/rate", rating=4, from_="old") == {
        "success": True,
        "rating": 4,
        "average": 4.0,
    }
    assert await said("/rate", rating=0) == {"success": True, "rating": None, "average": 0.0}
    assert await said("/favorite") == {"success": True, "favorite": True}
    assert await said("/favorite", favorite=True) == {"success": True, "favorite": True}
    assert await said("/tag", tag="Sea") == {"success": True, "tags": ["Sea"]}
    assert await said("/delete_tag", tag="sEA") == {"success": True, "tags": []}
    views = await said("/view")
    assert isinstance(views, dict)
    assert (await said("/view")) == {"success": True, "views": views["views"] + 1}
    assert (await call(server, "POST", "/view", {"filename": "no.mp4"})).status == 404
    assert (await call(server, "POST", "/rate", {"filename": name})).status == 400


async def test_calls_are_listed_by_kind_and_address(server: LocalServer) -> None:
    """Those of the API come first, those of the previous server last."""
    paths = re.findall(r"<code>(/[^<]*)</code>", (await server.get("/api")).text)
    paths = list(dict.fromkeys(paths))
    own = [path for path in paths if path.startswith("/api/")]
    assert paths[: len(own)] == sorted(own)
    assert paths[-5:] == ["/delete_tag", "/favorite", "/rate", "/tag", "/view"]


async def test_the_api_has_a_page_of_its_own(server: LocalServer) -> None:
    page = (await server.get("/api")).text
    document = json.loads((await server.get("/openapi.json")).body)
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert "http://" not in page.split("<main")[1]

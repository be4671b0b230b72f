"""What a client has already is not sent again; what differs in a byte has another ETag."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lvs.http import responses
from lvs.services import Services
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import Answer, LocalServer, eventually

GZIP = {"Accept-Encoding": "gzip"}
PAGES = ["/", "/all", "/tags", "/api", "/headset", "/watch/a.mp4", "/favorites"]
JSON = [
    "/api/videos",
    "/api/tags/popular",
    "/ping",
    "/openapi.json",
    "/api/tags/video?filename=a.mp4",
]


@pytest.fixture
async def filled(services: Services, videos: Path, cast: Cast) -> None:
    cast.unique(videos / "a.mp4")
    await library(services)


async def asked_again(server: LocalServer, path: str, first: Answer, **more: str) -> Answer:
    return await server.get(path, headers={"If-None-Match": first.headers["etag"], **more})


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_page_is_sent_once(server: LocalServer, path: str, encoding: str) -> None:
    accept = {"Accept-Encoding": encoding}
    first = await server.get(path, headers=accept)
    again = await asked_again(server, path, first, **accept)
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"] == "no-cache"
    assert again.headers["etag"] == first.headers["etag"]
    assert "HX-Request" in again.headers["vary"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", JSON)
async def test_json_is_sent_once_and_asked_for_each_time(server: LocalServer, path: str) -> None:
    first = await server.get(path)
    again = await asked_again(server, path, first)
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"] == "no-cache"
    assert (await asked_again(server, path, Answer(0, {"etag": '"other"'}, b""))).status == 200


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", ["/", "/all", "/static/icon.svg", "/favicon.ico"])
async def test_compressed_bytes_have_an_etag_of_their_own(server: LocalServer, path: str) -> None:
    plain, compressed = await server.get(path), await server.get(path, headers=GZIP)
    assert gzip.decompress(compressed.body) == plain.body
    assert plain.headers["etag"] != compressed.headers["etag"]
    assert (await asked_again(server, path, compressed)).status == 200
    assert (await asked_again(server, path, compressed, **GZIP)).status == 304


@pytest.mark.usefixtures("filled")
async def test_a_changed_page_is_sent(server: LocalServer, videos: Path, cast: Cast) -> None:
    first = await server.get("/all")
    cast.unique(videos / "b.mp4")
    await library(server.services)

    async def sent() -> bool:  # a page may lag for a moment
        return (await asked_again(server, "/", first)).status == 200

    await eventually(sent)


@pytest.mark.usefixtures("filled")
async def test_a_fragment_is_not_taken_for_its_page(server: LocalServer) -> None:
    page = await server.get("/all")
    fragment = await server.get("/partials/gallery", headers={"HX-Request": "true"})
    assert fragment.headers["etag"] != page.headers["etag"]
    refused = await server.get("/nothing", headers={"If-None-Match": "*"})
    assert (refused.status, "etag" in refused.headers) == (404, False)


@pytest.mark.usefixtures("filled")
async def test_an_answer_to_a_change_has_no_etag(server: LocalServer) -> None:
    answer = await server.get(
        "/api/favorites",
        method="POST",
        body='{"filename": "a.mp4", "favorite": true}',
        headers={"Content-Type": "application/json", "If-None-Match": "*"},
    )
    assert answer.status in (200, 201)
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("xgzipx", False),
        ("identity", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/all", "/static/icon.svg"])
async def test_gzip_is_for_those_who_take_it(
    server: LocalServer, path: str, header: str, takes: bool
) -> None:
    answer = await server.get(path, headers={"Accept-Encoding": header})
    assert ("content-encoding" in answer.headers) is takes


def test_the_same_page_compresses_to_the_same_bytes_in_any_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = responses.Rendered("a page").compress()
    monkeypatch.setattr("time.time", lambda: 2.0**32 + 1)
    assert responses.Rendered("a page").compress() == first


async def test_a_weak_etag_of_a_proxy_counts(server: LocalServer) -> None:
    first = await server.get("/ping")
    headers = {"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    assert (await server.get("/ping", headers=headers)).status == 304

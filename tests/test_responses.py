"""Responses: errors that say what to do, static files and thumbnails that are cached."""

from __future__ import annotations

import sqlite3
from html import unescape
from pathlib import Path

import pytest

from tests.helpers.clips import Cast
from tests.helpers.html import elements
from tests.helpers.servers import LocalServer, eventually


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/all?sort=best", 400, "newest, oldest, title"),
        ("/all?after=nonsense", 400, "start from the first page"),
        ("/all?after=WzEsMl0x", 400, "start from the first page"),
        ("/all?sort=random&seed=x", 400, "whole number"),
        ("/all?folder=nowhere", 404, "Folder"),
        ("/watch/nothing.mp4", 404, "search for its title"),
        ("/watch/../../etc/passwd", 404, ""),
        ("/video/nothing.mp4", 404, "not found in the library"),
        ("/video/../data/library.db", 404, ""),
        ("/stream/0123456789abcdef/x.mp4", 404, "Video not found"),
        ("/thumbnails/0123456789abcdef/320.webp", 404, "Video not found"),
        ("/thumbnails/0123456789abcdef/9.webp", 404, "320.webp"),
        ("/static/../app.py", 404, ""),
        ("/no/such/page", 404, "Page not found"),
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


async def test_thumbnails_are_cached_for_ever_and_placeholders_are_not(
    live_server: LocalServer, videos: Path, cast: Cast
) -> None:

    cast.copy("beach.mp4", videos / "beach.mp4")

    async def thumbnail() -> list[str]:
        images = elements((await live_server.get("/all")).text, "img", class_="card-image")
        return [image["src"] for image in images if "v=" in image["src"]]

    url = (await eventually(thumbnail))[0]
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
    answer = await server.get("/all?sort=title")
    assert answer.status == 503
    assert "lvs doctor" in answer.text


async def test_static_files_are_compressed_and_cached(server: LocalServer) -> None:
    page = (await server.get("/all")).text
    scripts = [script["src"] for script in elements(page, "script", src=True)]
    url = next(url for url in scripts if url.startswith("/static/bundles/htmx"))
    answer = await server.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    again = await server.get(
        url, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]}
    )
    assert again.status == 304

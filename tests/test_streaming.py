"""Bytes: every range of a file is what the file has, and nothing else."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lvs.services import Services
from lvs.streaming import files, ranges
from lvs.system.regular_files import open_media
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer, eventually

SIZE = 1_300_003
ETAG = '"1-2-3"'
MTIME_NS = 1_700_000_000_000_000_000


@given(st.integers(0, 60), st.integers(0, 80), st.integers(0, 80))
def test_a_range_is_the_bytes_that_it_names(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    found = ranges.select(
        {"range": f"bytes={first}-{last}"}, size=size, etag=ETAG, mtime_ns=MTIME_NS
    )
    if last < first:
        assert (found.status, found.start, found.stop) == (200, 0, size)
    elif first >= size:
        assert found.status == 416
        assert found.headers["Content-Range"] == f"bytes */{size}"
    else:
        assert found.status == 206
        expected = content[first : last + 1]
        assert content[found.start : found.stop] == expected
        assert found.headers["Content-Length"] == str(len(expected))
        assert found.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"


@given(st.integers(0, 60), st.integers(0, 80))
def test_a_suffix_is_the_end_of_the_file(size: int, length: int) -> None:
    found = ranges.select({"range": f"bytes=-{length}"}, size=size, etag=ETAG, mtime_ns=MTIME_NS)
    if length == 0 or size == 0:
        assert found.status in (200, 416)
        assert found.status == 416 or found.stop == size
    else:
        assert (found.status, found.start, found.stop) == (206, max(size - length, 0), size)


@given(st.text(max_size=40))
def test_any_header_gets_an_answer(value: str) -> None:
    found = ranges.select(
        {"range": value, "if-range": value, "if-none-match": value},
        size=50,
        etag=ETAG,
        mtime_ns=MTIME_NS,
    )
    assert found.status in (200, 206, 304, 416)
    assert 0 <= found.start <= found.stop <= 50


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (ETAG, 206),
        ('"other"', 200),
        ("W/" + ETAG, 200),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 206),
        ("Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("garbage", 200),
    ],
)
def test_if_range_sends_the_whole_file_when_it_changed(header: str, status: int) -> None:
    request = {"range": "bytes=0-9", "if-range": header}
    assert ranges.select(request, size=50, etag=ETAG, mtime_ns=MTIME_NS).status == status


@pytest.mark.parametrize(("header", "status"), [(ETAG, 304), ("*", 304), ('"other"', 200)])
def test_if_none_match(header: str, status: int) -> None:
    found = ranges.select({"if-none-match": header}, size=50, etag=ETAG, mtime_ns=MTIME_NS)
    assert found.status == status


def test_several_ranges_get_the_whole_file() -> None:
    found = ranges.select({"range": "bytes=0-1,5-6"}, size=50, etag=ETAG, mtime_ns=MTIME_NS)
    assert (found.status, found.stop) == (200, 50)


@pytest.fixture
async def film(services: Services, videos: Path) -> bytes:
    """A file of a million odd bytes, in the library."""
    content = bytes((index * 31 + index // 251) % 256 for index in range(SIZE))
    (videos / "film.mp4").write_bytes(content)
    await library(services)
    return content


async def test_ranges_over_http_are_the_bytes_of_the_file(server: LocalServer, film: bytes) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, SIZE + 100), st.one_of(st.none(), st.integers(0, SIZE + 100)))
    def check(first: int, last: int | None) -> None:
        from tests.helpers.servers import ask

        answer = ask(
            server.port,
            "/video/film.mp4",
            headers={"Range": f"bytes={first}-{'' if last is None else last}"},
        )
        if last is not None and last < first:
            assert (answer.status, answer.body) == (200, film)
        elif first >= SIZE:
            assert (answer.status, answer.body) == (416, b"")
        else:
            stop = SIZE if last is None else last + 1
            assert (answer.status, answer.body) == (206, film[first:stop])

    await asyncio.to_thread(check)


async def test_the_whole_file_and_its_headers(server: LocalServer, film: bytes) -> None:
    answer = await server.get("/video/film.mp4")
    assert (answer.status, answer.body) == (200, film)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(SIZE)
    assert "content-encoding" not in answer.headers
    again = await server.get("/video/film.mp4", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_head_has_the_headers_alone(server: LocalServer, film: bytes) -> None:
    answer = await server.get("/video/film.mp4", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(SIZE)


async def test_a_video_streams_by_its_identity_too(server: LocalServer, film: bytes) -> None:
    card = next(iter((await library(server.services)).values()))
    answer = await server.get(
        f"/stream/{card.media_hash}/any name.mp4".replace(" ", "%20"),
        headers={"Range": "bytes=5-9"},
    )
    assert (answer.status, answer.body) == (206, film[5:10])


async def test_another_content_has_another_etag(
    server: LocalServer, videos: Path, film: bytes
) -> None:
    before = (await server.get("/video/film.mp4", method="HEAD")).headers["etag"]
    (videos / "film.mp4").write_bytes(film[:-1] + b"!")
    answer = await server.get("/video/film.mp4", headers={"Range": "bytes=0-0", "If-Range": before})
    assert answer.status == 200
    assert answer.body[-1:] == b"!"


async def test_a_client_that_disconnects_frees_its_file(
    server: LocalServer, videos: Path, services: Services
) -> None:
    """It asks for far more than the socket holds, reads a little, and hangs up."""
    with (videos / "large.mp4").open("wb") as handle:
        handle.truncate(200_000_000)
    await library(services)
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(b"GET /video/large.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.to_thread(client.recv, 1000)
    assert services.reader.open == 1
    client.close()
    await eventually(lambda: services.reader.open == 0)


async def test_a_missing_file_says_so(server: LocalServer, videos: Path, film: bytes) -> None:
    (videos / "film.mp4").unlink()
    answer = await server.get("/video/film.mp4")
    assert answer.status == 404
    assert "be read: No such file" in answer.text


async def test_an_offline_folder_says_so(
    server: LocalServer, videos: Path, tmp_path: Path, film: bytes
) -> None:
    videos.rename(tmp_path / "unplugged")
    await server.services.library.scan_all()
    answer = await server.get("/video/film.mp4")
    assert answer.status == 503
    assert "is offline" in answer.text


async def test_a_stream_survives_its_reader_pausing(
    server: LocalServer, film: bytes, cast: Cast
) -> None:
    """Back-pressure: a client that stops reading for a while still gets every byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=4096)
    writer.write(b"GET /video/film.mp4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    first = await reader.readexactly(10)
    for _ in range(50):
        await asyncio.sleep(0)
    rest = await reader.read(-1)
    assert first + rest == film
    writer.close()


async def test_a_pipe_in_place_of_a_film_is_said(
    server: LocalServer, videos: Path, film: bytes
) -> None:
    """Opening it would wait for a writer for ever."""
    (videos / "film.mp4").unlink()
    os.mkfifo(videos / "film.mp4")
    answer = await server.get("/video/film.mp4")
    assert answer.status == 404
    assert "not a regular file" in answer.text


async def test_a_disk_that_does_not_answer_costs_its_own_videos(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "film.mp4"
    there.write_bytes(b"film")
    reader, answers = services.reader, threading.Event()
    monkeypatch.setattr(files, "OPEN_WITHIN_S", 0.05)
    monkeypatch.setattr(files, "open_media", _stuck(answers))
    asked = [reader.open_file("hangs", str(there)) for _ in range(files.THREADS + 5)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(error) for error in found} == {TimeoutError}
    monkeypatch.undo()
    file = await asyncio.wait_for(reader.open_file("well", str(there)), 5)
    assert [piece async for piece in reader.pieces("well", file, 0, 4)] == [b"film"]
    answers.set()
    await asyncio.wait_for(reader.open_file("hangs", str(there)), 5)
    await eventually(lambda: not _held(there))


def _stuck(answers: threading.Event) -> Callable[[str], int]:
    def open_late(path: str) -> int:
        answers.wait()
        return open_media(path)

    return open_late


def _held(path: Path) -> bool:
    return str(path) in {file.path for file in psutil.Process().open_files()}


@pytest.mark.parametrize(
    ("error", "status"),
    [(errno.EMFILE, 503), (errno.ENFILE, 503), (errno.EIO, 503), (errno.ENOENT, 404)],
)
async def test_a_passing_error_is_not_a_missing_file(
    server: LocalServer, film: bytes, monkeypatch: pytest.MonkeyPatch, error: int, status: int
) -> None:
    def fail(_: str) -> files.OpenFile:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(files, "open_media", fail)
    assert (await server.get("/video/film.mp4")).status == status


async def test_a_file_closes_whatever_becomes_of_its_request(
    services: Services, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(3_000_000))

    async def never_started() -> None:
        services.reader.pieces(0, await services.reader.open_file(0, str(path)), 0, 100)

    async def cut_while_reading() -> None:
        body = services.reader.pieces(
            0, await services.reader.open_file(0, str(path)), 0, 3_000_000
        )
        await anext(body)
        await body.aclose()

    async def cut_while_opening() -> None:
        opening = asyncio.create_task(services.reader.open_file(0, str(path)))
        await asyncio.sleep(0)
        opening.cancel()

    for way in (never_started, cut_while_reading, cut_while_opening):
        for _ in range(20):
            await way()
        await eventually(lambda: not _held(path))
    assert services.reader.open == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT"}, 304),
        ({"if-modified-since": "Wed, 15 Nov 2023 22:13:20 GMT"}, 304),
        ({"if-modified-since": "Tue, 14 Nov 2023 22:13:19 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Wed, 15 Nov 2023 22:13:20 GMT", "if-none-match": '"no"'}, 200),
    ],
)
def test_if_modified_since_counts_where_there_is_no_etag(
    headers: dict[str, str], status: int
) -> None:
    found = ranges.select(headers, size=50, etag=ETAG, mtime_ns=MTIME_NS)
    assert found.status == status


def test_a_date_beyond_http_is_left_out() -> None:
    found = ranges.select({}, size=50, etag=ETAG, mtime_ns=10**21)
    assert (found.status, "Last-Modified" in found.headers) == (200, False)

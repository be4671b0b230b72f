"""Bytes: every range of a file is what the file has, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lvs.services import Services
from lvs.streaming import ranges
from tests.clips import Cast
from tests.servers import LocalServer, eventually
from tests.test_ingest import library

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
def test_if_range_gives_the_whole_file_when_it_changed(header: str, status: int) -> None:
    request = {"range": "bytes=0-9", "if-range": header}
    assert ranges.select(request, size=50, etag=ETAG, mtime_ns=MTIME_NS).status == status


@pytest.mark.parametrize(("header", "status"), [(ETAG, 304), ("*", 304), ('"other"', 200)])
def test_if_none_match(header: str, status: int) -> None:
    found = ranges.select({"if-none-match": header}, size=50, etag=ETAG, mtime_ns=MTIME_NS)
    assert found.status == status


def test_several_ranges_give_the_whole_file() -> None:
    found = ranges.select({"range": "bytes=0-1,5-6"}, size=50, etag=ETAG, mtime_ns=MTIME_NS)
    assert (found.status, found.stop) == (200, 50)


@pytest.fixture
async def film(house: Services, videos: Path) -> bytes:
    """A file of a million odd bytes, in the library."""
    content = bytes((index * 31 + index // 251) % 256 for index in range(SIZE))
    (videos / "film.mp4").write_bytes(content)
    await library(house)
    return content


async def test_ranges_over_http_are_the_bytes_of_the_file(server: LocalServer, film: bytes) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, SIZE + 100), st.one_of(st.none(), st.integers(0, SIZE + 100)))
    def check(first: int, last: int | None) -> None:
        from tests.servers import ask

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
    card = next(iter((await library(server.house)).values()))
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


async def test_a_client_that_goes_away_frees_its_file(
    server: LocalServer, videos: Path, house: Services
) -> None:
    """It asks for far more than the socket holds, reads a little, and hangs up."""
    with (videos / "large.mp4").open("wb") as handle:
        handle.truncate(200_000_000)
    await library(house)
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(b"GET /video/large.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.to_thread(client.recv, 1000)
    assert house.reader.open == 1
    client.close()
    await eventually(lambda: house.reader.open == 0)


async def test_a_file_that_is_gone_is_said(server: LocalServer, videos: Path, film: bytes) -> None:
    (videos / "film.mp4").unlink()
    answer = await server.get("/video/film.mp4")
    assert answer.status == 404
    assert "cannot be read" in answer.text


async def test_a_folder_that_is_away_is_said(
    server: LocalServer, videos: Path, tmp_path: Path, film: bytes
) -> None:
    videos.rename(tmp_path / "unplugged")
    await server.house.library.scan_all()
    answer = await server.get("/video/film.mp4")
    assert answer.status == 503
    assert "plug its disk in" in answer.text


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

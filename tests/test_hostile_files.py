"""Files that are not what they seem: no crash, no stuck worker, an honest reason."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bench import fuzz
from lvs.media.pool import MediaPool
from tests.helpers import faulty_jobs
from tests.helpers.clips import Cast


@contextlib.asynccontextmanager
async def a_pool(home: Path, timeout_s: float = 20.0, **more: Any) -> AsyncIterator[MediaPool]:
    pool = MediaPool(1, timeout_s, home / "thumbnails", **more)
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[MediaPool]:
    async with a_pool(tmp_path) as pool:
        yield pool


async def test_an_empty_file_says_so(pool: MediaPool, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    result = await pool.process(str(path), "0" * 16)
    assert result.error == "The file is empty."


async def test_a_text_named_like_a_video_says_so(pool: MediaPool, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("dear diary " * 1000)
    result = await pool.process(str(path), "0" * 16)
    assert result.error is not None
    assert "Not a video" in result.error


async def test_a_playlist_in_disguise_reads_no_other_file(
    pool: MediaPool, tmp_path: Path, cast: Cast
) -> None:
    """libav would follow it to any file or host that it names."""
    cast.copy("beach.mp4", tmp_path / "secret.ts")
    path = tmp_path / "list.mp4"
    path.write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n")
    result = await pool.process(str(path), "0" * 16)
    assert result.error is not None
    assert result.preview is None


async def test_sound_alone_says_so(pool: MediaPool, tmp_path: Path) -> None:
    path = faulty_jobs.make_sound(tmp_path / "song.mp4")
    result = await pool.process(str(path), "0" * 16)
    assert result.error == "No video in this file, only audio."


@pytest.mark.parametrize("length", [10, 40, 300, 2_000])
async def test_truncated_files_end_in_a_thumbnail_or_an_error(
    pool: MediaPool, tmp_path: Path, cast: Cast, length: int
) -> None:
    for name in ("beach.mp4", "meadow.webm"):
        path = tmp_path / name
        path.write_bytes(cast.path(name).read_bytes()[:length])
        result = await pool.process(str(path), "0" * 16)
        assert result.error or result.preview


async def test_mutated_files_end_in_a_thumbnail_or_an_error(
    pool: MediaPool, tmp_path: Path, cast: Cast
) -> None:
    chance = random.Random(20)
    for round_ in range(30):
        name = chance.choice(["beach.mp4", "meadow.webm", "ac3.mkv"])
        content = bytearray(cast.path(name).read_bytes())
        for _ in range(chance.choice([1, 10, 200])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path / f"{round_}-{name}"
        path.write_bytes(content)
        result = await pool.process(str(path), "0" * 16)
        assert result.error or result.preview


async def test_a_decoder_that_hangs_costs_its_file_alone(tmp_path: Path, cast: Cast) -> None:
    async with a_pool(tmp_path, 1.0, job="tests.helpers.faulty_jobs:hang_on_x") as pool:
        result = await pool.process("x.mp4", "0" * 16)
        assert result.error is not None
        assert "longer than 1 s" in result.error
        assert (await pool.process(str(cast.path("beach.mp4")), "1" * 16)).error is None


async def test_a_decoder_that_crashes_costs_its_file_alone(tmp_path: Path, cast: Cast) -> None:
    async with a_pool(tmp_path, job="tests.helpers.faulty_jobs:crash_on_x") as pool:
        result = await pool.process("x.mp4", "0" * 16)
        assert result.error == "The decoder crashed on this file."
        assert (await pool.process(str(cast.path("beach.mp4")), "1" * 16)).error is None


async def test_a_worker_ends_itself_when_its_server_has_ended() -> None:
    assert await asyncio.to_thread(faulty_jobs.notices_a_new_parent)


async def test_films_damaged_by_chance_crash_no_worker(tmp_path: Path) -> None:
    """Seconds of what `make fuzz` does for longer."""
    found = await fuzz.into_workers(tmp_path, 1.5, 20, tmp_path / "kept")
    assert found.tried > 0
    assert found.failures == []

"""Worker processes: started for work, ended when idle, and bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import psutil
import pytest

from lvs.media import limits, processing
from lvs.media.pool import MediaPool
from lvs.services import Services
from lvs.store import curation, items, projection
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill
from tests.helpers.servers import HOME, eventually

KEY = "0" * 16


def workers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "lvs.media.worker" in child.cmdline()
    ]


@contextlib.asynccontextmanager
async def a_pool(home: Path, size: int = 1, **more: Any) -> AsyncIterator[MediaPool]:
    pool = MediaPool(size, 20, home / "thumbnails", **more)
    try:
        yield pool
    finally:
        await pool.close()


async def test_a_worker_is_used_again_and_ends_when_it_is_idle(tmp_path: Path, cast: Cast) -> None:
    path = str(cast.path("beach.mp4"))
    async with a_pool(tmp_path, idle_s=0.5) as pool:
        assert (await pool.process(path, KEY)).error is None
        (first,) = workers()
        assert (await pool.process(path, KEY)).error is None
        assert workers() == [first]
        await eventually(lambda: not workers())
        assert (await pool.process(path, KEY)).error is None
        assert workers() != [first]


async def test_there_are_no_more_workers_than_asked_for(tmp_path: Path, cast: Cast) -> None:
    path = str(cast.path("beach.mp4"))
    async with a_pool(tmp_path, size=2) as pool:
        results = await asyncio.gather(*(pool.process(path, f"{n:016}") for n in range(12)))
        assert {result.error for result in results} == {None}
        assert len(workers()) == 2
    assert not workers()


async def test_a_worker_has_an_end_after_many_files(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.media.pool.FILES_PER_WORKER", 2)
    path = str(cast.path("beach.mp4"))
    async with a_pool(tmp_path) as pool:
        for _ in range(2):
            assert (await pool.process(path, KEY)).error is None
        await eventually(lambda: not workers())


async def test_a_worker_that_was_killed_at_rest_blames_no_file(tmp_path: Path, cast: Cast) -> None:
    path = str(cast.path("beach.mp4"))
    async with a_pool(tmp_path) as pool:
        for _ in range(3):
            assert (await pool.process(path, KEY)).error is None
            workers()[0].kill()


async def test_whoever_no_longer_waits_ends_the_worker(tmp_path: Path) -> None:
    async with a_pool(tmp_path, job="tests.helpers.faulty_jobs:hang_on_x") as pool:
        asking = asyncio.create_task(pool.process("x.mp4", KEY))
        await eventually(workers)
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        await eventually(lambda: not workers())


async def test_ctrl_c_in_the_terminal_is_no_crash(tmp_path: Path, cast: Cast) -> None:
    path = str(cast.path("beach.mp4"))
    async with a_pool(tmp_path) as pool:
        await pool.process(path, KEY)
        (worker,) = workers()
        worker.send_signal(signal.SIGINT)
        assert (await pool.process(path, KEY)).error is None
        assert workers() == [worker]


async def test_a_worker_that_cannot_start_is_no_fault_of_the_file(tmp_path: Path) -> None:
    async with a_pool(tmp_path, job="tests.helpers.faulty_jobs:is_not_there") as pool:
        with pytest.raises(OSError, match="exited at its start"):
            await pool.process("x.mp4", KEY)


async def test_what_a_decoder_prints_is_no_answer(tmp_path: Path, cast: Cast) -> None:
    async with a_pool(tmp_path, job="tests.helpers.faulty_jobs:print_first") as pool:
        assert (await pool.process(str(cast.path("beach.mp4")), KEY)).error is None


async def test_a_worker_is_bounded_and_the_first_to_go(tmp_path: Path, cast: Cast) -> None:
    async with a_pool(tmp_path) as pool:
        await pool.process(str(cast.path("beach.mp4")), KEY)
        (worker,) = workers()
        assert worker.rlimit(psutil.RLIMIT_AS)[1] == limits.memory_per_worker(1)
        assert Path(f"/proc/{worker.pid}/oom_score_adj").read_text().strip() == "1000"
        assert worker.nice() >= 10


def test_memory_is_shared_among_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "memory_bytes", lambda: 16 << 30)
    assert limits.memory_per_worker(1) == 8 << 30
    assert limits.memory_per_worker(4) == 4 << 30
    assert limits.memory_per_worker(64) == 3 << 29


def test_the_web_process_loads_no_decoder() -> None:
    imports = "import lvs.server.hypercorn, lvs.cli.scan, sys, json"
    code = f"{imports}; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=HOME, text=True
    )
    assert "lvs.media.pool" in json.loads(found.stdout)
    assert not {"av", "numpy"} & set(json.loads(found.stdout))


async def test_a_pipe_in_place_of_a_file_holds_no_worker(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    result = await asyncio.to_thread(
        processing.process, str(tmp_path / "pipe.mp4"), str(tmp_path / "p"), KEY
    )
    assert result.error == "Not a regular file."


def huge(path: Path, width: int, height: int) -> Path:
    """A PNG of one colour in a QuickTime film: few bytes, many pixels."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "gray"
        frame = av.VideoFrame(width, height, "gray")
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.pts, frame.time_base = 0, Fraction(1, 1)
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


async def test_an_image_of_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    path = huge(tmp_path / "huge.mov", 16_000, 8_000)
    async with a_pool(tmp_path) as pool:
        result = await pool.process(str(path), KEY)
        (worker,) = workers()
        assert result.error is not None
        assert "more than 100 million pixels" in result.error
        assert result.facts["video_codec"] == "png"
        assert worker.memory_info().rss < 100e6


def test_a_file_that_lies_about_its_pixels_is_not_decoded_either(tmp_path: Path) -> None:
    """The container says 160 by 80, the stream itself 16,000 by 8,000."""
    path = huge(tmp_path / "huge.mov", 16_000, 8_000)
    content = path.read_bytes()
    at = content.index(b"png ", content.index(b"stsd")) + 4 + 24  # ISO/IEC 14496-12, 12.1.3
    size = (16_000).to_bytes(2, "big") + (8_000).to_bytes(2, "big")
    assert content[at : at + 4] == size
    small = (160).to_bytes(2, "big") + (80).to_bytes(2, "big")
    path.write_bytes(content[:at] + small + content[at + 4 :])
    result = processing.process(str(path), str(tmp_path / "p"), KEY)
    assert result.error
    assert result.preview is None


async def test_workers_are_woken_by_what_is_to_be_probed_and_by_nothing_else(
    services: Services,
) -> None:
    await fill(services.store, 1)
    news = services.store.probe_signal.subscribe()
    await services.store.write(curation.rate, HOUSEHOLD, 1, 4)
    await services.store.write(projection.set_projection, 1, "180", None)
    assert not news.is_set()
    await services.store.write(
        projection.set_projection, 1, "180", "sbs"
    )  # another eye is to be seen
    assert news.is_set()
    news.clear()
    await services.store.write(items.reprobe_all)
    assert news.is_set()

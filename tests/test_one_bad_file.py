"""One unreadable file costs one file: no other waits for its thumbnail."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lvs.errors import UnavailableError
from lvs.library.probe_queue import _first_of
from lvs.media import processing
from lvs.media.facts import Result, SourceError
from lvs.media.pool import MediaPool
from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from lvs.store import items
from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import eventually

Probe = Callable[[str], Result]


@asynccontextmanager
async def feeding(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(services.library.probe_queue.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def state(services: Services) -> dict[str, tuple[bool, str | None]]:
    """By path: whether it is probed, and why it has no thumbnail."""
    with sqlite3.connect(services.config.data_directory / "library.db") as conn:
        rows = conn.execute(
            "select f.path, i.probed_at is not null, i.probe_error from item i"
            " join file f on f.id = i.file_id"
        ).fetchall()
    return {bytes(path).decode(): (bool(probed), why) for path, probed, why in rows}


def good(_: str) -> Result:
    return Result({"width": 1, "height": 1}, "data:,", None, 0.0)


def probing(monkeypatch: pytest.MonkeyPatch, services: Services, probes: dict[str, Probe]) -> None:
    """Answers in place of the workers', by file name; others are good."""

    async def process(_: MediaPool, path: str, *__: Any) -> Result:
        await asyncio.sleep(0)
        return probes.get(Path(path).name, good)(path)

    monkeypatch.setattr(MediaPool, "process", process)


def raising(error: Exception) -> Probe:
    def fail(_: str) -> Result:
        raise error

    return fail


@pytest.fixture
async def ten(services: Services, videos: Path, cast: Cast) -> Services:
    """A library of nine files, and `bad.mp4`, the newest."""
    for number in range(9):
        cast.unique(videos / f"{number}.mp4")
    cast.unique(videos / "bad.mp4")
    age(videos)
    await services.library.scan_all()
    return services


def all_done(services: Services) -> bool:
    return all(probed for probed, _ in state(services).values())


@pytest.mark.parametrize("date", [b"9999-12-31T23:59:59.0-12:00", b"0001-01-01T00:00:00.0+14:00"])
def test_a_date_at_the_end_of_time_is_no_error(tmp_path: Path, date: bytes) -> None:
    ordinary = {"creation_time": "2024-05-06T07:08:09Z"}
    path = make_clip(tmp_path / "x.nut", Clip(size=(160, 90), duration_s=0.2, metadata=ordinary))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"2024-05-06T07:08:09.000000Z", date))
    assert path.read_bytes() != content
    result = processing.process(str(path), str(tmp_path / "p"), "0" * 16)
    assert result.error is None
    assert result.facts["recorded_at"] is None


def test_an_error_of_the_decoder_is_the_reason(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PyAV's, when a stream turns up late in a damaged FLV."""

    def late(*_: Any) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr("lvs.media.thumbnails.keyframe_near", late)
    result = processing.process(str(cast.path("beach.mp4")), str(tmp_path / "p"), "0" * 16)
    assert result.error == "Can't be read: list index out of range."
    assert result.facts["width"] == 160


def test_a_missing_file_says_nothing_about_the_video(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        processing.process(str(tmp_path / "gone.mp4"), str(tmp_path / "p"), "0" * 16)


@pytest.mark.parametrize("fact", [{"bit_rate": 1 << 70}, {"audio_codec": "\udcff"}])
async def test_facts_that_cannot_be_stored_are_a_failure_of_the_file(
    ten: Services, monkeypatch: pytest.MonkeyPatch, fact: dict[str, Any]
) -> None:
    probing(monkeypatch, ten, {"bad.mp4": lambda _: Result(fact, "data:,", None, 0.0)})
    async with feeding(ten):
        await eventually(lambda: all_done(ten), 5)
    found = state(ten)
    assert found.pop("bad.mp4")[1]
    assert set(found.values()) == {(True, None)}


async def test_an_unexpected_error_is_recorded_with_its_file(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    probing(monkeypatch, ten, {"bad.mp4": raising(IndexError("late stream"))})
    async with feeding(ten):
        await eventually(lambda: all_done(ten), 5)
    assert state(ten)["bad.mp4"] == (True, "Can't be read: late stream.")


async def test_a_missing_file_makes_nobody_wait(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    probing(monkeypatch, ten, {"bad.mp4": raising(SourceError(errno.ENOENT, "No such file"))})
    async with feeding(ten):
        await eventually(lambda: sum(probed for probed, _ in state(ten).values()) == 9, 5)
        assert state(ten)["bad.mp4"] == (False, None)
        await eventually(ten.library.probe_queue.is_idle, 5)


async def test_a_file_that_stays_unreadable_is_recorded_in_the_end(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.library.probe_queue.ASIDE_FIRST_S", 0.01)
    probing(monkeypatch, ten, {"bad.mp4": raising(SourceError(errno.EIO, "Input/output error"))})
    async with feeding(ten):
        await eventually(lambda: all_done(ten), 5)
    assert state(ten)["bad.mp4"] == (True, "Can't be read: Input/output error.")


async def test_a_full_disk_pauses_all_work_until_there_is_space(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.library.probe_queue.PAUSE_WHEN_REFUSED_S", 0.2)
    probing(monkeypatch, ten, {"bad.mp4": raising(OSError(errno.ENOSPC, "No space left"))})
    async with feeding(ten):
        await eventually(lambda: "Thumbnails" in ten.library.status.problems)
        assert "No space left" in ten.library.status.problems["Thumbnails"]
        assert state(ten)["bad.mp4"] == (False, None)
        probing(monkeypatch, ten, {})
        await eventually(lambda: all_done(ten), 5)
        assert "Thumbnails" not in ten.library.status.problems


async def test_a_store_that_refuses_loses_no_work(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.library.probe_queue.PAUSE_S", 0.1)
    probing(monkeypatch, ten, {})
    write, refusals = ten.store.write, iter(range(5))

    async def refuse(*args: Any, **more: Any) -> Any:
        if args[0] is items.record_probe and next(refusals, None) is not None:
            raise UnavailableError("The disk is full.")
        return await write(*args, **more)

    monkeypatch.setattr(ten.store, "write", refuse)
    async with feeding(ten):
        await eventually(lambda: all_done(ten), 5)
    assert {why for _, why in state(ten).values()} == {None}


async def test_after_a_failure_the_probe_queue_resumes_its_work(
    ten: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe_queue = ten.library.probe_queue
    first, others = asyncio.Event(), asyncio.Event()
    started: list[str] = []

    async def process(_: MediaPool, path: str, *__: Any) -> Result:
        started.append(path)
        await (first if len(started) == 1 else others).wait()
        return good("")

    monkeypatch.setattr(MediaPool, "process", process)
    async with feeding(ten) as task:
        await eventually(lambda: len(started) == 2)  # a worker's, and the next one's
        probe_queue.want(12345)
        with monkeypatch.context() as broken:
            broken.setattr(items, "waiting", lambda *_, **__: raising(RuntimeError())(""))
            first.set()
            with pytest.raises(RuntimeError):
                await task
    assert ten.library.status.thumbnails_busy == 1
    async with feeding(ten):
        others.set()
        await eventually(lambda: all_done(ten))
    assert len(set(started)) == len(started) == 10, "a probe was cancelled and started again"


async def test_a_wait_for_the_first_event_can_be_cancelled_at_its_end() -> None:
    async def cancel_outer() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            outer.cancel()

    async def wait_forever() -> None:
        await _first_of(asyncio.sleep(0.01), cancel_outer())
        await asyncio.Event().wait()

    outer = asyncio.create_task(wait_forever())
    _, waiting = await asyncio.wait([outer], timeout=5)
    assert not waiting, "the cancellation was lost"
    assert outer.cancelled()


async def test_a_full_queue_shows_what_waits_and_ends_empty(
    ten: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def probe(*_: Any) -> Result:
        await release.wait()
        return good("")

    monkeypatch.setattr(MediaPool, "process", probe)
    progress = ten.library.status.thumbnails
    async with feeding(ten):
        await eventually(lambda: progress.total == 10)
        cast.unique(videos / "eleven.mp4")
        age(videos)
        await ten.library.scan_all()
        await eventually(lambda: progress.total == 11)  # though no probe has ended
        release.set()
        await eventually(lambda: all_done(ten))
        await eventually(lambda: not progress.running)
    assert (progress.done, progress.total) == (11, 11)

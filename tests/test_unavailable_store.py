"""While the library cannot be written, what changes on disk waits and is never forgotten."""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from lvs.errors import UnavailableError
from lvs.library import arrivals, scans
from lvs.library.ingest import Ingest
from lvs.services import Services
from lvs.store import gallery
from lvs.store.views import View
from tests.helpers.clips import Cast
from tests.helpers.libraries import age, library, wait_for
from tests.helpers.servers import OpenHouse, eventually

OLD = (1_600_000_000, 1_600_000_000)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again soon."""
    monkeypatch.setattr(arrivals, "RETRY_S", 0.05)
    monkeypatch.setattr(scans, "RETRY_S", 0.05)


@contextlib.contextmanager
def locked(house: Services) -> Iterator[None]:
    """Another process writes to the database for as long as this lasts."""
    other = sqlite3.connect(house.store.path, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


async def impatient(house: Services) -> None:
    """Let writes give up at once, and not after five seconds."""
    writer = house.store._writer
    assert writer is not None
    await writer.run(lambda conn: conn.execute("pragma busy_timeout = 20"))


def problem_of(house: Services, kind: str) -> bool:
    return any(name.startswith(kind) for name in house.library.status.problems)


@pytest.mark.parametrize("how", ["native", "polling"])
async def test_files_that_arrive_while_the_database_is_locked_are_taken_in_later(
    open_a_house: OpenHouse, videos: Path, cast: Cast, how: str
) -> None:
    """Those that are whole at once, and those that are still settling."""
    house = await open_a_house(watch=how, poll_interval_s=0.2)
    await eventually(lambda: house.library.watching)
    await eventually(lambda: not house.library.status.scan.running)
    await impatient(house)
    names = {f"{number}.mp4" for number in range(10)}
    with locked(house):
        for number in range(10):
            path = cast.unique(videos.parent / f"{number}.mp4")
            if number % 2:
                os.utime(path, OLD)
            path.rename(videos / path.name)
        await eventually(lambda: problem_of(house, "New files in") or problem_of(house, "Scan of"))
        assert await house.store.read(gallery.count, View()) == 0
    await wait_for(house, *names)
    await eventually(lambda: not house.library.status.problems)


async def test_files_that_vanish_while_the_database_is_locked_are_noted_later(
    live_house: Services, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: live_house.library.watching)
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        cast.unique(videos / name)
    await wait_for(live_house, "a.mp4", "b.mp4", "c.mp4")
    await impatient(live_house)
    with locked(live_house):
        (videos / "b.mp4").unlink()
        await eventually(lambda: problem_of(live_house, "Scan of"))
    await wait_for(live_house, "a.mp4", "c.mp4")


async def test_a_scan_that_fails_is_made_again_by_itself(
    open_a_house: OpenHouse, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []
    real = Ingest.take_in

    async def take_in(self: Ingest, *args: object, **more: object) -> int:
        if len(failures) < 3:
            failures.append(1)
            raise UnavailableError("The disk is full.")
        return await real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Ingest, "take_in", take_in)
    cast.unique(videos / "a.mp4")
    age(videos)
    house = await open_a_house(watch="off")
    await wait_for(house, "a.mp4")
    assert len(failures) == 3
    await eventually(lambda: not house.library.status.problems)


@contextlib.contextmanager
def without_descriptors() -> Iterator[None]:
    """Nothing can be opened in this process; what is open stays so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_without_descriptors_no_folder_is_away_and_no_file_is_missing(
    house: Services, videos: Path, cast: Cast
) -> None:
    for name in ("a.mp4", "deep/b.mp4"):
        cast.unique(videos / name)
    before = await library(house)
    root = next(iter(house.library.roots.values()))
    os.utime(videos / "a.mp4", OLD)  # so that it would be read again
    with without_descriptors():
        assert await house.library.check(root)
        with contextlib.suppress(OSError):
            await house.library.scan_all()
        with contextlib.suppress(OSError):
            await house.library.changed(root, {"a.mp4", "deep/b.mp4", "deep"})
    assert not house.library.away()
    after = await library(house)
    assert {card.id for card in after.values()} == {card.id for card in before.values()}


async def test_an_away_folder_stays_away_while_nothing_can_be_told(
    house: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "a.mp4")
    await library(house)
    root = next(iter(house.library.roots.values()))
    videos.rename(tmp_path / "unplugged")
    assert not await house.library.check(root)
    (tmp_path / "unplugged").rename(videos)
    with without_descriptors():
        assert not await house.library.check(root)
    assert await house.library.check(root)


async def test_an_away_folder_is_noted_once_the_database_can_be_written(
    house: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "a.mp4")
    await library(house)
    await impatient(house)
    root = next(iter(house.library.roots.values()))
    videos.rename(tmp_path / "unplugged")
    with locked(house), pytest.raises(UnavailableError):
        await house.library.check(root)
    since = house.store.last_event_id
    assert not await house.library.check(root)
    assert house.store.last_event_id > since, "pages are told"
    assert await house.store.read(_away_since, root.id) is not None


def _away_since(conn: sqlite3.Connection, root_id: int) -> int | None:
    found: int | None = conn.execute(
        "select away_since from root where id = ?", (root_id,)
    ).fetchone()[0]
    return found

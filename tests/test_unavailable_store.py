"""While the library cannot be written, changes on disk wait and are never lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from types import NoneType

import pytest

from lvs.errors import UnavailableError
from lvs.library import arrivals, scans
from lvs.library.ingest import Ingest
from lvs.services import Services
from lvs.store import Connection, Transaction, gallery, writer
from lvs.store.backends import sqlite
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import age, library, wait_for
from tests.helpers.servers import StartServices, eventually

OLD = (1_600_000_000, 1_600_000_000)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again soon."""
    monkeypatch.setattr(arrivals, "RETRY_S", 0.05)
    monkeypatch.setattr(scans, "RETRY_S", 0.05)


@contextlib.contextmanager
def locked(services: Services) -> Iterator[None]:
    """Another process writes to the database for as long as this lasts."""
    other = sqlite3.connect(services.store.path, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writes time out immediately, not after five seconds."""
    monkeypatch.setattr(sqlite, "BUSY_LIMIT_S", 0.02)


def problem_of(services: Services, kind: str) -> bool:
    return any(name.startswith(kind) for name in services.library.status.problems)


@pytest.mark.parametrize("how", ["native", "polling"])
@pytest.mark.usefixtures("impatient")
async def test_files_that_arrive_while_the_database_is_locked_are_ingested_later(
    start_services: StartServices, videos: Path, cast: Cast, how: str
) -> None:
    """Those that are complete, and those that are still growing."""
    services = await start_services(watch=how, poll_interval_s=0.2)
    await eventually(lambda: services.library.all_watched)
    await eventually(lambda: not services.library.status.scan.running)
    names = {f"{number}.mp4" for number in range(10)}
    with locked(services):
        for number in range(10):
            path = cast.unique(videos.parent / f"{number}.mp4")
            if number % 2:
                os.utime(path, OLD)
            path.rename(videos / path.name)
        await eventually(
            lambda: problem_of(services, "New files in") or problem_of(services, "Scan of")
        )
        assert await services.store.read(gallery.count, ListSpec(HOUSEHOLD)) == 0
    await wait_for(services, *names)
    await eventually(lambda: not services.library.status.problems)


@pytest.mark.usefixtures("impatient")
async def test_files_that_vanish_while_the_database_is_locked_are_noted_later(
    live_services: Services, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        cast.unique(videos / name)
    await wait_for(live_services, "a.mp4", "b.mp4", "c.mp4")
    with locked(live_services):
        (videos / "b.mp4").unlink()
        await eventually(lambda: problem_of(live_services, "Scan of"))
    await wait_for(live_services, "a.mp4", "c.mp4")


async def test_a_scan_that_fails_is_made_again_by_itself(
    start_services: StartServices, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []
    real = Ingest.ingest

    async def ingest(self: Ingest, *args: object, **more: object) -> int:
        if len(failures) < 3:
            failures.append(1)
            raise UnavailableError("The disk is full.")
        return await real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Ingest, "ingest", ingest)
    cast.unique(videos / "a.mp4")
    age(videos)
    services = await start_services(watch="off")
    await wait_for(services, "a.mp4")
    assert len(failures) == 3
    await eventually(lambda: not services.library.status.problems)


@contextlib.contextmanager
def without_descriptors() -> Iterator[None]:
    """Nothing can be opened in this process; what is open stays so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_without_descriptors_no_folder_is_offline_and_no_file_is_missing(
    services: Services, videos: Path, cast: Cast
) -> None:
    for name in ("a.mp4", "deep/b.mp4"):
        cast.unique(videos / name)
    before = await library(services)
    root = next(iter(services.library.roots.values()))
    os.utime(videos / "a.mp4", OLD)  # so that it would be read again
    with without_descriptors():
        assert await services.library.check(root)
        with contextlib.suppress(OSError):
            await services.library.scan_all()
        with contextlib.suppress(OSError):
            await services.library.changed(root, {"a.mp4", "deep/b.mp4", "deep"})
    assert not services.library.folders.offline()
    after = await library(services)
    assert {card.id for card in after.values()} == {card.id for card in before.values()}


async def test_an_offline_folder_stays_offline_while_it_cannot_be_checked(
    services: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "a.mp4")
    await library(services)
    root = next(iter(services.library.roots.values()))
    videos.rename(tmp_path / "unplugged")
    assert not await services.library.check(root)
    (tmp_path / "unplugged").rename(videos)
    with without_descriptors():
        assert not await services.library.check(root)
    assert await services.library.check(root)


@pytest.mark.usefixtures("impatient")
async def test_an_offline_folder_is_recorded_once_the_database_can_be_written(
    services: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "a.mp4")
    await library(services)
    root = next(iter(services.library.roots.values()))
    videos.rename(tmp_path / "unplugged")
    with locked(services), pytest.raises(UnavailableError):
        await services.library.check(root)
    since = services.store.last_event_id
    assert not await services.library.check(root)
    assert services.store.last_event_id > since, "pages are notified"
    assert await services.store.read(_offline_since, root.id) is not None


def _offline_since(conn: Connection, root_id: int) -> int | None:
    found: int | None = conn.execute(
        "select offline_since from library_folder where id = ?", (root_id,)
    ).fetchone()[0]
    return found


async def test_more_writes_than_may_wait_are_refused_and_the_others_are_kept(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs must not fill the memory with writes."""
    monkeypatch.setattr(writer, "MAX_WAITING", 3)
    started, may_end = threading.Event(), threading.Event()
    done: list[int] = []

    def hang(_: Transaction) -> None:
        started.set()
        assert may_end.wait(10)

    def note(_: Transaction, number: int) -> None:
        done.append(number)

    slow = asyncio.create_task(services.store.write(hang))
    assert await asyncio.to_thread(started.wait, 10)
    others = [services.store.write(note, n) for n in range(5)]
    waiting = asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # now each waits, or was refused
    may_end.set()
    await slow
    results = await waiting
    assert done == [0, 1, 2]
    assert [type(one) for one in results] == [NoneType] * 3 + [UnavailableError] * 2


async def test_a_write_waits_until_another_process_has_written(services: Services) -> None:
    with locked(services):
        writing = asyncio.create_task(services.store.write(lambda tx: tx.at))
        tried = await asyncio.wait([writing], timeout=0.1)
        assert not tried[0]
    assert await asyncio.wait_for(writing, 1) > 0

"""Several video folders: one that fails or hangs costs the others nothing."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lvs.library import filesystem, root_disk, scans, watches
from lvs.library.ingest_process import WORTH_IT
from lvs.library.root_disk import RootDisk
from lvs.library.scanner import Scanner
from lvs.library.tree import Step, Walk
from lvs.models import FileStat, Root
from lvs.services import Services
from lvs.store import files
from tests.helpers.clips import Cast
from tests.helpers.libraries import age, library, wait_for
from tests.helpers.servers import StartServices, eventually


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Calls that hang wait for this; a disk times out soon."""
    monkeypatch.setattr(root_disk, "CHECK_WITHIN_S", 0.3)
    monkeypatch.setattr(root_disk, "ANSWER_WITHIN_S", 0.3)
    monkeypatch.setattr(watches, "CHECK_ROOTS_EVERY_S", 0.1)
    monkeypatch.setattr(scans, "RETRY_S", 0.05)
    answers = threading.Event()
    yield answers
    answers.set()


@pytest.fixture
def folders(tmp_path: Path, cast: Cast) -> tuple[Path, Path]:
    one, two = tmp_path / "one", tmp_path / "two"
    cast.unique(one / "a.mp4")
    cast.unique(two / "b.mp4")
    age(tmp_path)
    return one, two


async def test_a_folder_whose_disk_hangs_is_offline_and_the_others_work(
    start_services: StartServices,
    folders: tuple[Path, Path],
    cast: Cast,
    answers: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = folders
    real = filesystem.state

    def state(root: str) -> filesystem.FolderState | None:
        if root == str(one):
            answers.wait()
        return real(root)

    monkeypatch.setattr(filesystem, "state", state)
    services = await start_services(video_directory=(one, two))
    await eventually(
        lambda: [root.path for root in services.library.folders.offline()] == [str(one)]
    )
    await wait_for(services, "b.mp4")
    await eventually(lambda: services.library.all_watched)
    cast.unique(two / "c.mp4")
    await wait_for(services, "b.mp4", "c.mp4")
    answers.set()
    await wait_for(services, "a.mp4", "b.mp4", "c.mp4")
    assert not services.library.folders.offline()


async def test_a_folder_within_that_hangs_is_reported_and_the_rest_is_scanned(
    start_services: StartServices,
    folders: tuple[Path, Path],
    cast: Cast,
    answers: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = folders
    cast.unique(one / "hangs" / "h.mp4")
    cast.unique(one / "z" / "z.mp4")
    age(one)
    hanging: list[str] = []
    real = Walk.read

    def read(self: Walk, step: Step) -> object:
        if step.path == "hangs" and not answers.is_set():
            hanging.append(step.path)
            answers.wait()
        return real(self, step)

    monkeypatch.setattr(Walk, "read", read)
    services = await start_services(video_directory=(one,), watch="off")
    await wait_for(services, "a.mp4", "z/z.mp4")
    assert services.library.status.problems["one/hangs"] == "The disk does not respond"
    services.library.ask_for_scan()
    await eventually(lambda: not services.library.status.scan.running)
    answers.set()

    async def found_too() -> bool:
        services.library.ask_for_scan()
        count: int = await services.store.read(files.count_present)
        return count == 3

    await eventually(found_too)
    await eventually(lambda: not services.library.status.problems)


async def test_a_file_that_hangs_is_reported_and_the_others_are_ingested(
    services: Services,
    videos: Path,
    cast: Cast,
    answers: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"{number:02}.mp4" for number in range(WORTH_IT - 1)]
    for name in names:
        cast.unique(videos / name)
    real = filesystem.fingerprint

    def fingerprint(root: str, file: FileStat) -> str:
        if file.path == "07.mp4":
            answers.wait()
        return real(root, file)

    monkeypatch.setattr(filesystem, "fingerprint", fingerprint)
    found = await library(services)
    assert sorted(found) == [name for name in names if name != "07.mp4"]
    assert list(services.library.status.problems) == ["videos/07.mp4"]


async def test_a_path_that_hangs_holds_one_thread_however_often_it_is_asked_for(
    tmp_path: Path, answers: threading.Event
) -> None:
    hanging = RootDisk(str(tmp_path))
    started: list[int] = []

    def hang() -> None:
        started.append(1)
        answers.wait()

    for _ in range(20):
        with pytest.raises(TimeoutError):
            await hanging.run("x", hang)
    assert len(started) == 1
    assert await hanging.run("y", lambda: 1) == 1
    answers.set()

    async def answers_again() -> bool:
        try:
            await hanging.run("x", hang)
        except TimeoutError:
            return False
        return True

    await eventually(answers_again)
    hanging.close()


async def test_a_folder_whose_scan_fails_is_tried_again_and_the_others_are_scanned(
    start_services: StartServices,
    folders: tuple[Path, Path],
    answers: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails = True
    real = Scanner.scan

    async def scan(self: Scanner, root: Root, below: str = "") -> None:
        if root.name == "one" and fails:
            raise RuntimeError("no luck")
        await real(self, root, below)

    monkeypatch.setattr(Scanner, "scan", scan)
    services = await start_services(video_directory=folders)
    await wait_for(services, "b.mp4")
    await eventually(lambda: "Scan of one" in services.library.status.problems)
    fails = False
    await wait_for(services, "a.mp4", "b.mp4")
    await eventually(lambda: not services.library.status.problems)


async def test_no_disk_is_asked_on_the_event_loop(
    start_services: StartServices, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    loop_thread = threading.current_thread().name

    for name in ("open", "stat", "lstat", "scandir", "unlink"):
        real = getattr(os, name)

        def noted(
            path: object,
            *args: object,
            _real: Callable[..., object] = real,
            _name: str = name,
            **more: object,
        ) -> object:
            if threading.current_thread().name == loop_thread and str(videos) in str(path):
                asked.add(_name)
            return _real(path, *args, **more)

        monkeypatch.setattr(os, name, noted)
    services = await start_services(live=False)
    root = next(iter(services.library.roots.values()))
    arrivals = asyncio.create_task(services.library.arrivals.run())
    path = await asyncio.to_thread(cast.unique, videos / "deep" / "a.mp4")
    await asyncio.to_thread(cast.unique, videos / "deep" / "b.mp4")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    await services.library.scan_all()
    await services.library.changed(root, {"deep/a.mp4", "deep/b.mp4", "deep", "gone.mp4"})
    await wait_for(services, "deep/a.mp4", "deep/b.mp4")
    await asyncio.to_thread(path.unlink)
    await services.library.changed(root, {"deep/a.mp4"})
    await wait_for(services, "deep/b.mp4")
    arrivals.cancel()
    assert not asked


async def test_a_batch_of_changes_costs_the_store_a_handful_of_calls(
    services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a batch has one path or sixty."""
    names = {f"{number}.mp4" for number in range(60)}
    for name in names:
        cast.unique(videos / name)
    cast.unique(videos / "stays.mp4")
    await library(services)
    root = next(iter(services.library.roots.values()))
    calls: list[str] = []
    for kind in ("read", "write"):
        real = getattr(services.store, kind)

        def noted(
            function: Callable[..., object],
            *args: object,
            _real: Callable[..., object] = real,
            **more: object,
        ) -> object:
            calls.append(function.__name__)
            return _real(function, *args, **more)

        monkeypatch.setattr(services.store, kind, noted)
    await services.library.changed(root, names)
    assert len(calls) <= 2, "nothing has changed"
    for name in names:
        (videos / name).unlink()
    calls.clear()
    await services.library.changed(root, names)
    assert len(calls) <= 4, calls
    assert list(await library(services)) == ["stays.mp4"]

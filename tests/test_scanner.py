"""Scanning: what is ingested, what is left alone, and how it recovers."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from lvs.library import filesystem
from lvs.models import FileStat
from lvs.services import Services
from lvs.store import files, gallery, roots
from lvs.store.list_plan import ListSpec
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import age, library
from tests.helpers.servers import Process, eventually


async def test_hidden_and_unfinished_files_are_left_alone(
    services: Services, videos: Path, cast: Cast
) -> None:
    for name in (".hidden.mp4", ".trash/a.mp4", "b.mp4.part", "c.mkv.crdownload", "d.tmp", "e.txt"):
        cast.copy("beach.mp4", videos / name)
    cast.copy("beach.mp4", videos / "shown.mp4")
    assert list(await library(services)) == ["shown.mp4"]


async def test_links_are_followed_without_looping(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", tmp_path / "elsewhere" / "beach.mp4")
    age(tmp_path / "elsewhere")
    (videos / "linked").symlink_to(tmp_path / "elsewhere")
    (videos / "loop").symlink_to(videos)
    (videos / "broken.mp4").symlink_to(tmp_path / "nowhere.mp4")
    assert list(await library(services)) == ["linked/beach.mp4"]


async def test_a_second_scan_reads_no_file_again(
    services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.unique(videos / "a.mp4")
    cast.unique(videos / "b.mp4")
    await library(services)
    read: list[str] = []
    real = filesystem.fingerprint

    def noted(root: str, file: FileStat) -> str:
        read.append(file.path)
        return real(root, file)

    monkeypatch.setattr(filesystem, "fingerprint", noted)
    cast.unique(videos / "c.mp4")
    await library(services)
    assert read == ["c.mp4"]


async def test_vanished_files_are_missing_and_their_videos_stay_known(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "stays.mp4")
    cast.unique(videos / "gone" / "a.mp4")
    cast.unique(videos / "gone" / "b.mp4")
    before = await library(services)
    shutil.rmtree(videos / "gone")
    assert list(await library(services)) == ["stays.mp4"]
    known = await services.store.read(files.of_item, before["gone/a.mp4"].id)
    assert known[0].missing_since is not None


async def test_progress_counts_what_there_is(services: Services, videos: Path, cast: Cast) -> None:
    for number in range(5):
        cast.unique(videos / f"{number}.mp4")
    await library(services)
    scan = services.library.status.scan
    assert (scan.done, scan.running) == (5, False)


async def test_an_empty_folder_that_was_full_is_offline_and_nothing_is_lost(
    services: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    """An unmounted share leaves an empty folder behind."""
    for number in range(3):
        cast.unique(videos / f"{number}.mp4")
    before = await library(services)
    videos.rename(tmp_path / "unplugged")
    videos.mkdir()
    assert set(await library(services)) == set(before)
    offline = services.library.folders.offline()
    assert [root.seems_empty for root in offline] == [True]
    videos.rmdir()
    (tmp_path / "unplugged").rename(videos)
    after = await library(services)
    assert {card.media_hash for card in after.values()} == {c.media_hash for c in before.values()}
    assert not services.library.folders.offline()


async def test_a_deleted_folder_is_offline(
    services: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "only.mp4")
    await library(services)
    videos.rename(tmp_path / "unplugged")
    await services.library.scan_all()
    assert len(services.library.folders.offline()) == 1
    assert await services.store.read(gallery.count, ListSpec(HOUSEHOLD)) == 1


async def test_a_folder_emptied_on_purpose_can_be_confirmed(
    services: Services, videos: Path, cast: Cast
) -> None:
    for number in range(3):
        cast.unique(videos / f"{number}.mp4")
    await library(services)
    for path in videos.iterdir():
        path.unlink()
    await services.library.scan_all()
    offline = services.library.folders.offline()[0]
    assert await services.store.read(gallery.count, ListSpec(HOUSEHOLD)) == 3
    await services.library.accept_empty(offline.id)
    assert await services.store.read(gallery.count, ListSpec(HOUSEHOLD)) == 0
    assert not services.library.folders.offline()


async def test_the_last_file_of_a_folder_can_simply_be_deleted(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "only.mp4")
    await library(services)
    (videos / "only.mp4").unlink()
    assert await library(services) == {}
    assert not services.library.folders.offline()


async def test_folder_counts_stay_right_through_moves(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a" / "deep" / "1.mp4")
    cast.unique(videos / "a" / "2.mp4")
    cast.unique(videos / "b" / "3.mp4")
    await library(services)

    async def counts() -> dict[str, int]:
        found = {}
        for path in ("", "a", "a/deep", "b"):
            folder = await services.store.read(roots.folder_at, EVERYTHING, 1, path)
            found[path] = folder.item_count if folder else -1
        return found

    assert await counts() == {"": 3, "a": 2, "a/deep": 1, "b": 1}
    (videos / "a" / "deep" / "1.mp4").rename(videos / "b" / "1.mp4")
    await library(services)
    assert await counts() == {"": 3, "a": 1, "a/deep": 0, "b": 2}


def test_a_folder_that_cannot_be_read_is_reported_and_the_rest_goes_on(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(videos / "locked" / "secret.mp4")
    cast.unique(videos / "open" / "seen.mp4")
    age(videos)
    (videos / "locked").chmod(0o000)
    try:
        with Process(videos, tmp_path / "data", as_user=True) as server:
            server.wait_for(lambda: server.cards() == 1, "the readable video")
            page = server.get("/all").text
            assert "1 problem with the video folders" in page
            assert "videos/locked" in page
            assert "Permission denied" in page
    finally:
        (videos / "locked").chmod(0o755)


def test_a_folder_that_becomes_unreadable_loses_nothing(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(videos / "locked" / "secret.mp4")
    cast.unique(videos / "seen.mp4")
    age(videos)
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(lambda: server.cards() == 2, "both videos")
    (videos / "locked").chmod(0o000)
    try:
        with Process(videos, tmp_path / "data", as_user=True) as server:
            server.wait_for(
                lambda: "problem with the video folders" in server.get("/all").text, "the report"
            )
            assert server.cards() == 2
    finally:
        (videos / "locked").chmod(0o755)


def test_a_scan_that_is_killed_goes_on_where_it_was(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    """kill -9 in the middle: what was committed is there, and the next start does the rest."""
    content = cast.path("beach.mp4").read_bytes()
    for number in range(1500):
        path = videos / f"{number % 30}" / f"{number}.mp4"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content + number.to_bytes(8, "big"))
    age(videos)
    data = tmp_path / "data"
    with Process(videos, data) as server:
        server.wait_for(lambda: server.cards() > 0, "a first video")
        server.stop(signal.SIGKILL)
    with Process(videos, data) as server:
        server.wait_for(lambda: "1,500 videos" in server.get("/all").text, "all videos", 60)


async def test_a_scan_on_demand_finds_what_no_watch_noticed(
    live_services: Services, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: not live_services.library.status.scan.running)
    path = cast.unique(videos / "quiet" / "a.mp4")
    os.utime(path, (1_500_000_000, 1_500_000_000))
    live_services.library.ask_for_scan()

    async def count() -> int:
        return await live_services.store.read(gallery.count, ListSpec(HOUSEHOLD))

    await eventually(count)

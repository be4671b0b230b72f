"""Watching: what happens on disk reaches the store by itself."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from lvs.library import arrivals, watcher, watches
from lvs.library.ingest import Ingest
from lvs.library.inotify import Inotify, OutOfWatchesError
from lvs.library.notices import Notices
from lvs.models import FileStat, Root
from lvs.services import Services
from tests.helpers.clips import Cast
from tests.helpers.libraries import shown, wait_for
from tests.helpers.servers import StartServices, eventually


@pytest.fixture(params=["native", "polling"])
async def all_watched(
    request: pytest.FixtureRequest, start_services: StartServices, monkeypatch: pytest.MonkeyPatch
) -> Services:
    """A services that has scanned and is watching, by notices and by polling."""
    monkeypatch.setattr(watches, "CHECK_ROOTS_EVERY_S", 0.1)
    services: Services = await start_services(watch=request.param, poll_interval_s=0.2)
    await eventually(lambda: services.library.all_watched)
    return services


async def test_a_new_file_appears_with_its_thumbnail(
    all_watched: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "beach.mp4")
    await wait_for(all_watched, "beach.mp4")

    async def has_thumbnail() -> bool:
        return (await shown(all_watched))["beach.mp4"].thumbnail is not None

    await eventually(has_thumbnail)


async def test_renamed_replaced_and_deleted_files_follow(
    all_watched: Services, videos: Path, cast: Cast
) -> None:
    source = cast.copy("beach.mp4", videos / "a.mp4")
    cast.copy("forest.mp4", videos / "stays.mp4")
    before = await wait_for(all_watched, "a.mp4", "stays.mp4")
    source.rename(videos / "b.mp4")
    renamed = await wait_for(all_watched, "b.mp4", "stays.mp4")
    assert renamed["b.mp4"].media_hash == before["a.mp4"].media_hash

    cast.copy("city.mp4", videos / "b.mp4")
    size = (videos / "b.mp4").stat().st_size

    async def replaced() -> bool:
        return (await shown(all_watched))["b.mp4"].file.size == size

    await eventually(replaced)
    assert (await shown(all_watched))["b.mp4"].media_hash == before["a.mp4"].media_hash
    (videos / "b.mp4").unlink()
    await wait_for(all_watched, "stays.mp4")


async def test_a_moved_folder_moves_its_videos(
    all_watched: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "stays.mp4")
    cast.unique(tmp_path / "new" / "deep" / "1.mp4")
    cast.unique(tmp_path / "new" / "2.mp4")
    for path in (tmp_path / "new").rglob("*.mp4"):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    (tmp_path / "new").rename(videos / "in")
    first = await wait_for(all_watched, "stays.mp4", "in/deep/1.mp4", "in/2.mp4")
    (videos / "in").rename(videos / "out")
    second = await wait_for(all_watched, "stays.mp4", "out/deep/1.mp4", "out/2.mp4")
    assert second["out/2.mp4"].media_hash == first["in/2.mp4"].media_hash
    shutil.rmtree(videos / "out")
    await wait_for(all_watched, "stays.mp4")


async def test_a_burst_of_files_all_arrive(all_watched: Services, videos: Path, cast: Cast) -> None:
    content = cast.path("beach.mp4").read_bytes()
    for number in range(150):
        (videos / f"{number}.mp4").write_bytes(content + bytes([number]))
    await wait_for(all_watched, *(f"{number}.mp4" for number in range(150)))


async def test_a_name_that_is_not_utf8_arrives(
    all_watched: Services, videos: Path, cast: Cast
) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    cast.copy("beach.mp4", videos / name)
    await wait_for(all_watched, name)
    (videos / name).rename(videos / "cafe.mp4")
    await wait_for(all_watched, "cafe.mp4")


@pytest.mark.parametrize("how", ["native", "polling"])
async def test_files_in_a_folder_whose_name_is_not_utf8_arrive_and_so_do_all_others(
    start_services: StartServices, videos: Path, cast: Cast, how: str
) -> None:
    odd = os.fsdecode(b"caf\xe9")
    (videos / odd).mkdir()
    services = await start_services(watch=how, poll_interval_s=0.2)
    await eventually(lambda: services.library.all_watched)
    cast.unique(videos / odd / "a.mp4")
    cast.unique(videos / "b.mp4")
    cast.unique(videos / odd / "new" / "c.mp4")
    await wait_for(services, f"{odd}/a.mp4", "b.mp4", f"{odd}/new/c.mp4")


async def test_a_folder_that_is_moved_is_watched_in_its_new_place(
    all_watched: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "one" / "deep" / "a.mp4")
    await wait_for(all_watched, "one/deep/a.mp4")
    (videos / "two").mkdir()
    (videos / "one").rename(videos / "two" / "one")
    await wait_for(all_watched, "two/one/deep/a.mp4")
    cast.unique(videos / "two" / "one" / "deep" / "b.mp4")
    await wait_for(all_watched, "two/one/deep/a.mp4", "two/one/deep/b.mp4")


async def test_a_video_folder_that_is_swapped_for_another_is_watched_again(
    all_watched: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    cast.unique(videos / "a.mp4")
    cast.unique(videos / "gone.mp4")
    await wait_for(all_watched, "a.mp4", "gone.mp4")
    shutil.copytree(videos, tmp_path / "other")
    (tmp_path / "other" / "gone.mp4").unlink()
    videos.rename(tmp_path / "before")
    (tmp_path / "other").rename(videos)
    await wait_for(all_watched, "a.mp4")
    await eventually(lambda: all_watched.library.all_watched)
    cast.unique(videos / "b.mp4")
    await wait_for(all_watched, "a.mp4", "b.mp4")


async def test_a_root_without_notices_from_the_system_is_polled_which_is_said_once(
    start_services: StartServices,
    videos: Path,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(self: Inotify, folder: str) -> None:
        raise OutOfWatchesError

    monkeypatch.setattr(watches, "RESTART_S", 0.01)
    monkeypatch.setattr(Inotify, "add_watch", refuse)
    services = await start_services(watch="native", poll_interval_s=0.2)
    await eventually(lambda: services.library.all_watched)
    cast.unique(videos / "a.mp4")
    await wait_for(services, "a.mp4")
    assert "no more inotify watches" in services.library.status.problems["Changes in videos"]
    records = [
        record for record in caplog.records if "No file notifications" in record.getMessage()
    ]
    assert len(records) == 1


async def test_notices_that_the_system_lost_lead_to_a_scan(
    live_services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue of the kernel overflows: all that a read has is that notices were lost."""
    await eventually(lambda: live_services.library.all_watched)
    overflow = struct.pack("iIII", -1, 0x4000, 0, 0)  # IN_Q_OVERFLOW, inotify(7)
    read = os.read

    def lose(handle: int, size: int) -> bytes:
        notices = read(handle, size)
        is_inotify = "inotify" in os.readlink(f"/proc/self/fd/{handle}")
        return overflow if is_inotify else notices

    with monkeypatch.context() as losing:
        losing.setattr("lvs.library.inotify.os.read", lose)
        cast.unique(videos / "lost" / "a.mp4")
        cast.unique(videos / "last.mp4")
        await wait_for(live_services, "lost/a.mp4", "last.mp4")
    cast.unique(videos / "lost" / "b.mp4")
    await wait_for(live_services, "lost/a.mp4", "last.mp4", "lost/b.mp4")


async def test_more_changes_than_the_buffer_holds_lead_to_a_scan(
    live_services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "PENDING", 3)
    await eventually(lambda: live_services.library.all_watched)
    names = [f"{number}.mp4" for number in range(20)]
    for name in names:
        cast.unique(videos / name)
    await wait_for(live_services, *names)


async def test_more_arrivals_than_are_followed_are_found_by_a_scan(
    live_services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "FOLLOWED", 3)
    await eventually(lambda: live_services.library.all_watched)
    names = [f"{number}.mp4" for number in range(20)]
    for name in names:
        cast.unique(videos / name)
    await wait_for(live_services, *names)


async def test_a_file_that_changes_while_it_is_stored_is_ingested_again(
    live_services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    size = cast.path("beach.mp4").stat().st_size
    real = Ingest.ingest

    async def ingest(self: Ingest, root: Root, stats: Sequence[FileStat], **more: bool) -> int:
        taken = await real(self, root, stats, **more)
        if stats and stats[0].size == size:
            cast.copy("forest.mp4", videos / "a.mp4")
        return taken

    monkeypatch.setattr(Ingest, "ingest", ingest)
    cast.copy("beach.mp4", videos / "a.mp4")
    new_size = cast.path("forest.mp4").stat().st_size

    async def is_new() -> bool:
        found = await shown(live_services)
        return "a.mp4" in found and found["a.mp4"].file.size == new_size

    await eventually(is_new)


async def test_a_growing_file_is_arriving_until_it_is_whole(
    live_services: Services, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    content = cast.path("beach.mp4").read_bytes()
    half = len(content) // 2
    with (videos / "slow.mp4").open("wb") as handle:
        handle.write(content[:half])
        handle.flush()
        coming = await eventually(lambda: live_services.library.status.arrivals)
        assert (coming[0].path, coming[0].size) == ("slow.mp4", half)
        assert await shown(live_services) == {}
        handle.write(content[half:])
        handle.flush()
        await eventually(
            lambda: any(a.size == len(content) for a in live_services.library.status.arrivals)
        )
        assert await shown(live_services) == {}, "taken in while it was open for writing"
    await wait_for(live_services, "slow.mp4")
    await eventually(lambda: not live_services.library.status.arrivals)


async def test_an_unplugged_folder_is_offline_and_comes_back(
    all_watched: Services, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        cast.unique(videos / name)
    before = await wait_for(all_watched, "a.mp4", "b.mp4", "c.mp4")
    videos.rename(tmp_path / "unplugged")
    await eventually(all_watched.library.folders.offline)
    assert set(await shown(all_watched)) == set(before)
    (tmp_path / "unplugged").rename(videos)
    await eventually(lambda: not all_watched.library.folders.offline())
    cast.unique(videos / "d.mp4")
    after = await wait_for(all_watched, "a.mp4", "b.mp4", "c.mp4", "d.mp4")
    assert after["a.mp4"].media_hash == before["a.mp4"].media_hash


async def test_off_means_off(start_services: StartServices, videos: Path, cast: Cast) -> None:
    services = await start_services(watch="off")
    await eventually(lambda: services.library.all_watched)
    path = cast.copy("beach.mp4", videos / "beach.mp4")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    services.library.ask_for_scan()
    await wait_for(services, "beach.mp4")


async def test_the_notices_of_other_systems_are_those_of_watchfiles(
    videos: Path, cast: Cast
) -> None:
    """As on macOS; watchfiles has them here, too."""
    changes = Notices(str(videos)).changes()
    assert await anext(changes) == set()
    cast.unique(videos / ".hidden" / "h.mp4")
    (videos / "notes.txt").write_text("no video")
    cast.unique(videos / "a.mp4")
    found: set[str] = set()
    while "a.mp4" not in found:
        found |= await anext(changes)
    assert found == {"a.mp4"}
    await changes.aclose()

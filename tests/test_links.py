"""Links in a video folder: each folder is walked once, and only videos are published."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lvs.library import tree
from lvs.services import Services
from lvs.store import files
from lvs.system import regular_files
from tests.helpers.clips import Cast
from tests.helpers.libraries import age, library, wait_for
from tests.helpers.servers import LocalServer, StartServices, eventually

Old = (1_600_000_000, 1_600_000_000)


def link_crosswise(folder: Path, count: int) -> None:
    """So many folders, in each links to all others."""
    for one in range(count):
        (folder / f"f{one}").mkdir()
        for other in range(count):
            if other != one:
                (folder / f"f{one}" / f"to{other}").symlink_to(folder / f"f{other}")


def walked(root: Path) -> list[str]:
    return [listing.path for listing in tree.walk(str(root))]


def test_folders_linked_crosswise_are_walked_once(videos: Path) -> None:
    link_crosswise(videos, 9)
    assert sorted(walked(videos)) == ["", *(f"f{number}" for number in range(9))]


def test_a_link_to_a_folder_above_shows_its_other_folders_once(
    videos: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (videos / "a").mkdir()
    (videos / "up").symlink_to(tmp_path)
    assert sorted(walked(videos)) == ["", "a", "up", "up/other"]


def test_links_to_each_other_end(videos: Path) -> None:
    (videos / "one").symlink_to(videos / "two")
    (videos / "two").symlink_to(videos / "one")
    (videos / "self").symlink_to(videos / "self")
    assert walked(videos) == [""]


def test_a_folder_outside_is_shown_under_its_first_link(videos: Path, tmp_path: Path) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (videos / "z").symlink_to(tmp_path / "outside")
    (videos / "a").symlink_to(tmp_path / "outside" / "deep")
    (videos / "m").symlink_to(tmp_path / "outside")
    assert sorted(walked(videos)) == ["", "a", "m"]


def test_a_hidden_folder_is_shown_where_a_link_leads_to_it(videos: Path) -> None:
    (videos / ".store" / "deep").mkdir(parents=True)
    (videos / "shown").symlink_to(videos / ".store")
    assert sorted(walked(videos)) == ["", "shown", "shown/deep"]


def test_videos_in_linked_folders_are_counted_as_they_are_found(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", tmp_path / "outside" / "beach.mp4")
    cast.copy("beach.mp4", videos / "beach.mp4")
    (videos / "a").symlink_to(tmp_path / "outside")
    (videos / "b").symlink_to(tmp_path / "outside")
    assert tree.count_files(str(videos)) == 2


async def test_a_scan_of_one_folder_agrees_with_a_scan_of_all(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(tmp_path / "outside" / "deep" / "x.mp4")
    cast.unique(videos / "real" / "y.mp4")
    age(tmp_path / "outside")
    (videos / "b").symlink_to(tmp_path / "outside")
    (videos / "a").symlink_to(tmp_path / "outside")
    (videos / "again").symlink_to(videos / "real")
    expected = {"a/deep/x.mp4", "real/y.mp4"}
    assert set(await library(services)) == expected
    root = next(iter(services.library.roots.values()))
    since = services.store.last_event_id
    for folder in ("a", "a/deep", "b", "b/deep", "again", "real"):
        await services.library.changed(root, {folder})
    await services.library.scan_all()
    assert services.store.last_event_id == since
    assert set(await library(services)) == expected


async def test_files_move_to_the_other_link_when_theirs_is_removed(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(tmp_path / "outside" / "x.mp4")
    age(tmp_path / "outside")
    (videos / "a").symlink_to(tmp_path / "outside")
    (videos / "b").symlink_to(tmp_path / "outside")
    before = await library(services)
    (videos / "a").unlink()
    after = await library(services)
    assert list(after) == ["b/x.mp4"]
    assert after["b/x.mp4"].media_hash == before["a/x.mp4"].media_hash


async def test_a_new_link_that_comes_first_takes_the_files_over(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(tmp_path / "outside" / "x.mp4")
    age(tmp_path / "outside")
    (videos / "b").symlink_to(tmp_path / "outside")
    before = await library(services)
    (videos / "a").symlink_to(tmp_path / "outside")
    after = await library(services)
    assert list(after) == ["a/x.mp4"]
    assert after["a/x.mp4"].media_hash == before["b/x.mp4"].media_hash
    known = await services.store.read(files.of_item, after["a/x.mp4"].id)
    assert [file.path for file in known if file.missing_since is None] == ["a/x.mp4"]


@pytest.mark.parametrize("how", ["native", "polling"])
async def test_folders_linked_crosswise_are_watched(
    start_services: StartServices, videos: Path, tmp_path: Path, cast: Cast, how: str
) -> None:
    link_crosswise(videos, 9)
    (tmp_path / "outside").mkdir()
    (videos / "linked").symlink_to(tmp_path / "outside")
    services = await start_services(watch=how, poll_interval_s=0.2)
    await eventually(lambda: services.library.all_watched)
    cast.unique(videos / "f3" / "x.mp4")
    cast.unique(tmp_path / "outside" / "new" / "y.mp4")
    await wait_for(services, "f3/x.mp4", "linked/new/y.mp4")
    shutil.rmtree(tmp_path / "outside" / "new")
    await wait_for(services, "f3/x.mp4")


async def test_a_link_to_a_folder_that_comes_and_goes_is_noticed(
    start_services: StartServices, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(tmp_path / "outside" / "x.mp4")
    cast.unique(videos / "stays.mp4")
    services = await start_services(watch="native")
    await wait_for(services, "stays.mp4")
    await eventually(lambda: services.library.all_watched)
    (videos / "linked").symlink_to(tmp_path / "outside")
    await wait_for(services, "stays.mp4", "linked/x.mp4")
    cast.unique(tmp_path / "outside" / "y.mp4")
    await wait_for(services, "stays.mp4", "linked/x.mp4", "linked/y.mp4")
    (videos / "linked").unlink()
    await wait_for(services, "stays.mp4")


async def test_a_link_publishes_nothing_but_videos(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    (tmp_path / "secret.txt").write_text("a secret " * 1000)
    cast.copy("beach.mp4", tmp_path / "elsewhere" / "beach.mp4")
    os.utime(tmp_path / "elsewhere" / "beach.mp4", Old)
    (videos / "secret.mp4").symlink_to(tmp_path / "secret.txt")
    (videos / "twice.mp4").symlink_to(videos / "secret.mp4")
    (videos / "beach of mine.mp4").symlink_to(tmp_path / "elsewhere" / "beach.mp4")
    assert list(await library(services)) == ["beach of mine.mp4"]


async def test_a_link_to_something_else_is_not_served_either(
    server: LocalServer, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    """Also where it has taken a known video's place a moment ago."""
    (tmp_path / "secret.txt").write_text("a secret " * 1000)
    cast.unique(videos / "a.mp4")
    await library(server.services)
    assert (await server.get("/video/a.mp4")).status == 200
    (videos / "a.mp4").rename(tmp_path / "b.mp4")
    (videos / "a.mp4").symlink_to(tmp_path / "secret.txt")
    answer = await server.get("/video/a.mp4")
    assert answer.status == 404
    assert b"a secret" not in answer.body
    (videos / "a.mp4").unlink()
    (videos / "a.mp4").symlink_to(tmp_path / "b.mp4")
    assert (await server.get("/video/a.mp4")).body == (tmp_path / "b.mp4").read_bytes()


async def test_a_video_replaced_by_a_link_to_something_else_is_missing(
    services: Services, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    (tmp_path / "secret.txt").write_text("a secret " * 1000)
    cast.unique(videos / "stays.mp4")
    cast.unique(videos / "a.mp4")
    await library(services)
    (videos / "a.mp4").unlink()
    (videos / "a.mp4").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(PermissionError):
        regular_files.open_media(str(videos / "a.mp4"))
    assert list(await library(services)) == ["stays.mp4"]

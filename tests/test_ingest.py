"""Identity: what a video is through renames, moves, copies and replacements."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from lvs.config import ServerConfig
from lvs.models import Card
from lvs.server.lifecycle import open_services
from lvs.services import Services
from lvs.store import Transaction, files, gallery, items
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import StartServices

pytestmark = pytest.mark.engines("sqlite", "postgres")

Scan = Callable[[], Awaitable[dict[str, Card]]]


async def test_a_new_file_is_a_video(services: Services, videos: Path, cast: Cast) -> None:
    cast.copy("beach.mp4", videos / "a" / "beach.mp4")
    found = await library(services)
    assert list(found) == ["a/beach.mp4"]
    assert len(found["a/beach.mp4"].media_hash) == 16


@pytest.mark.parametrize("target", ["renamed.mp4", "deep/er/moved.mp4"])
async def test_a_rename_or_move_keeps_the_video(
    services: Services, videos: Path, cast: Cast, target: str
) -> None:
    source = cast.copy("beach.mp4", videos / "beach.mp4")
    before = (await library(services))["beach.mp4"]
    (videos / target).parent.mkdir(parents=True, exist_ok=True)
    source.rename(videos / target)
    after = await library(services)
    assert list(after) == [target]
    assert (after[target].id, after[target].media_hash) == (before.id, before.media_hash)
    assert after[target].added_at == before.added_at


async def test_a_rename_while_the_server_is_off_keeps_the_video(
    config: ServerConfig, videos: Path, cast: Cast
) -> None:
    source = cast.copy("beach.mp4", videos / "beach.mp4")
    async with open_services(config, live=False) as services:
        before = (await library(services))["beach.mp4"]
    source.rename(videos / "while you were out.mp4")
    async with open_services(config, live=False) as services:
        after = await library(services)
    assert after["while you were out.mp4"].media_hash == before.media_hash


async def test_a_copy_is_the_same_video_with_two_files(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "one.mp4")
    cast.copy("beach.mp4", videos / "two.mp4")
    found = await library(services)
    assert len(found) == 1
    card = next(iter(found.values()))
    assert len(await services.store.read(files.of_item, card.id)) == 2


async def topics_since(services: Services, event: int) -> list[str]:
    """What happened since an event, in order."""
    found, _, _ = await services.store.read(gallery.events_since, [1], event, 1000)
    return [event.topic for event in found]


async def rename(services: Services, source: str, target: str) -> None:
    """Rename a file, and let the library know as a watch does."""
    root = next(iter(services.library.roots.values()))
    Path(root.path, source).rename(Path(root.path, target))
    await services.library.changed(root, {source, target})


async def test_a_move_between_known_folders_publishes_their_new_counts(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "films" / "beach.mp4")
    cast.copy("forest.mp4", videos / "music" / "forest.mp4")
    await library(services)
    before = services.store.last_event_id
    await rename(services, "films/beach.mp4", "music/beach.mp4")
    assert await topics_since(services, before) == ["item.updated", "folder.updated"]
    before = services.store.last_event_id
    await rename(services, "music/beach.mp4", "music/renamed.mp4")
    assert await topics_since(services, before) == ["item.updated"]


async def test_a_copy_that_comes_later_is_published_as_a_copy(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "a" / "one.mp4")
    cast.copy("forest.mp4", videos / "b" / "forest.mp4")
    await library(services)
    before = services.store.last_event_id
    cast.copy("beach.mp4", videos / "b" / "two.mp4")
    await library(services)
    assert await topics_since(services, before) == ["item.copied", "item.updated", "folder.updated"]


async def test_copies_found_by_the_first_scan_are_no_news(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "one.mp4")
    cast.copy("beach.mp4", videos / "two.mp4")
    await library(services)
    assert "item.copied" not in await topics_since(services, 0)


async def test_removing_one_of_two_copies_keeps_the_video(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "one.mp4")
    cast.copy("beach.mp4", videos / "two.mp4")
    before = next(iter((await library(services)).values()))
    (videos / before.file.path).unlink()
    after = await library(services)
    assert len(after) == 1
    assert next(iter(after.values())).media_hash == before.media_hash


async def test_new_content_at_the_same_path_keeps_the_identity(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "film.mp4")
    before = (await library(services))["film.mp4"]
    cast.copy("forest.mp4", videos / "film.mp4")
    after = (await library(services))["film.mp4"]
    assert after.media_hash == before.media_hash
    assert after.version > before.version
    assert await services.store.read(items.count_waiting) == 1


async def test_swapped_names_swap_back_to_their_videos(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "a.mp4")
    cast.copy("forest.mp4", videos / "b.mp4")
    before = await library(services)
    (videos / "a.mp4").rename(videos / "c.tmp")
    (videos / "b.mp4").rename(videos / "a.mp4")
    (videos / "c.tmp").rename(videos / "b.mp4")
    os.utime(videos / "a.mp4", (1_000_000, 1_000_000))
    os.utime(videos / "b.mp4", (1_000_001, 1_000_001))
    after = await library(services)
    assert after["a.mp4"].media_hash == before["b.mp4"].media_hash
    assert after["b.mp4"].media_hash == before["a.mp4"].media_hash


async def test_a_backup_beside_new_content_takes_the_identity_along(
    services: Services, videos: Path, cast: Cast
) -> None:
    """The old content moved to another name; what people said of it goes with it."""
    cast.copy("beach.mp4", videos / "film.mp4")
    before = (await library(services))["film.mp4"]
    (videos / "film.mp4").rename(videos / "film.bak.mp4")
    cast.copy("forest.mp4", videos / "film.mp4")
    after = await library(services)
    assert after["film.bak.mp4"].media_hash == before.media_hash
    assert after["film.mp4"].media_hash != before.media_hash


async def test_content_that_comes_back_finds_its_video(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("forest.mp4", videos / "other.mp4")
    cast.copy("beach.mp4", videos / "film.mp4")
    before = (await library(services))["film.mp4"]
    (videos / "film.mp4").unlink()
    assert "film.mp4" not in await library(services)
    cast.copy("beach.mp4", videos / "back again.mp4")
    after = await library(services)
    assert after["back again.mp4"].media_hash == before.media_hash


async def test_old_content_turning_up_after_a_replacement_is_a_new_video(
    services: Services, videos: Path, cast: Cast
) -> None:
    """Its hash is taken by the video that has moved on; identities stay unique."""
    cast.copy("beach.mp4", videos / "film.mp4")
    before = (await library(services))["film.mp4"]
    cast.copy("forest.mp4", videos / "film.mp4")
    await library(services)
    cast.copy("beach.mp4", videos / "late.mp4")
    after = await library(services)
    assert after["film.mp4"].media_hash == before.media_hash
    assert after["late.mp4"].media_hash != before.media_hash
    assert len(after["late.mp4"].media_hash) == 16


async def test_empty_files_are_not_one_video(services: Services, videos: Path) -> None:
    (videos / "a.mp4").touch()
    (videos / "b.mp4").touch()
    assert len(await library(services)) == 2


async def test_a_touched_file_is_not_probed_again(
    services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "film.mp4")
    card = (await library(services))["film.mp4"]
    await services.store.write(_pretend_probed, card.id)
    os.utime(videos / "film.mp4", (1_500_000_000, 1_500_000_000))
    await library(services)
    assert await services.store.read(items.count_waiting) == 0


async def test_a_failed_file_is_tried_again_when_touched(services: Services, videos: Path) -> None:
    (videos / "bad.mp4").write_bytes(b"no video at all")
    card = (await library(services))["bad.mp4"]
    await services.store.write(_pretend_probed, card.id, "It is broken.")
    os.utime(videos / "bad.mp4", (1_500_000_000, 1_500_000_000))
    await library(services)
    assert await services.store.read(items.count_waiting) == 1


def _pretend_probed(tx: Transaction, item_id: int, error: str | None = None) -> None:
    tx.connection.execute(
        "update item set probed_at = 1, probe_error = ? where id = ?", (error, item_id)
    )


async def test_on_the_first_scan_the_age_of_a_file_is_its_own(
    services: Services, videos: Path, cast: Cast
) -> None:
    path = cast.copy("beach.mp4", videos / "old.mp4")
    os.utime(path, (1_400_000_000, 1_400_000_000))
    assert (await library(services))["old.mp4"].added_at == 1_400_000_000_000
    later = cast.copy("forest.mp4", videos / "later.mp4")
    os.utime(later, (1_400_000_000, 1_400_000_000))
    assert (await library(services))["later.mp4"].added_at > 1_700_000_000_000


async def test_several_folders_share_one_library(
    start_services: StartServices, tmp_path: Path, cast: Cast
) -> None:
    one, two = tmp_path / "disk one", tmp_path / "disk two"
    cast.copy("beach.mp4", one / "beach.mp4")
    cast.copy("forest.mp4", two / "forest.mp4")
    services = await start_services(
        live=False, video_directory=(one, two), data_directory=tmp_path / "both"
    )
    found = await library(services)
    assert set(found) == {"beach.mp4", "forest.mp4"}
    (one / "beach.mp4").rename(two / "beach.mp4")
    after = await library(services)
    assert after["beach.mp4"].media_hash == found["beach.mp4"].media_hash
    names = {
        services.library.folders.filename(card.file.root_id, card.file.path)
        for card in after.values()
    }
    assert names == {"disk two/beach.mp4", "disk two/forest.mp4"}

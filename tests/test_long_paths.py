"""Paths of up to 4,095 bytes, whose names have 255 bytes each."""

from __future__ import annotations

import os
import random
import shutil
import string
from pathlib import Path

import pytest

from lvs.services import Services
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer

pytestmark = pytest.mark.engines("sqlite", "postgres")

LONGEST = 4095  # bytes of a path on Linux, without the zero at its end


def names(count: int) -> list[str]:
    """Without repetition: PostgreSQL compresses what repeats, and so takes more of it."""
    chance = random.Random(1)
    letters = string.ascii_letters + string.digits
    return ["".join(chance.choices(letters, k=255)) for _ in range(count)]


def deep(videos: Path, cast: Cast) -> str:
    """The path of a video, in folders as deep as the system allows."""
    # Without the longest name in it, and what the scan opens there.
    folder = Path(*names((LONGEST - len(str(videos)) - 256) // 256))
    (videos / folder).mkdir(parents=True)
    made = cast.unique(videos.parent / "clip.mp4")
    path = folder / f"{names(20)[-1][:251]}.mp4"
    made.rename(videos / path)
    assert len(os.fsencode(path)) > 3_500
    return str(path)


async def test_a_video_in_very_deep_folders_is_listed_served_moved_and_missed(
    server: LocalServer, services: Services, videos: Path, cast: Cast
) -> None:
    path = deep(videos, cast)
    cast.unique(videos / "a.mp4")
    found = await library(services)
    assert set(found) == {path, "a.mp4"}
    card = found[path]
    page = await server.get(f"/api/videos?q={Path(path).stem[:40]}")
    assert card.media_hash in page.text
    assert (await server.get(f"/stream/{card.media_hash}/video.mp4")).status == 200

    (videos / path).rename(videos / "moved.mp4")
    assert {name: card.id for name, card in (await library(services)).items()}[
        "moved.mp4"
    ] == card.id
    (videos / "moved.mp4").rename(videos / path)
    assert (await library(services))[path].id == card.id

    root = next(iter(services.library.roots.values()))
    shutil.rmtree(videos / path.split("/", maxsplit=1)[0])
    await services.library.changed(root, {path.split("/", maxsplit=1)[0]})
    assert set(await library(services)) == {"a.mp4"}


async def test_a_deep_folder_that_is_gone_takes_its_videos_and_no_others(
    services: Services, videos: Path, cast: Cast
) -> None:
    """Also beside a folder whose name begins alike."""
    for path in ("a/b/1.mp4", "a/b/c/2.mp4", "a/b.mp4", "a/b-c/3.mp4", "a/4.mp4"):
        cast.unique(videos / path)
    assert len(await library(services)) == 5
    root = next(iter(services.library.roots.values()))
    shutil.rmtree(videos / "a" / "b")
    await services.library.changed(root, {"a/b"})
    assert set(await library(services)) == {"a/b.mp4", "a/b-c/3.mp4", "a/4.mp4"}

"""Many files at once are stored by a process of its own, and by the server where that fails."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from lvs.library import ingest_process
from lvs.library.ingest_process import WORTH_IT
from lvs.services import Services
from lvs.store import items
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import eventually

MANY = WORTH_IT + 5


def processes() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "lvs.library.ingest_worker" in child.cmdline()
    ]


def names(start: int, count: int = MANY) -> list[str]:
    return [f"new/{number:04}.mp4" for number in range(start, start + count)]


def add(cast: Cast, videos: Path, wanted: list[str]) -> None:
    for name in wanted:
        cast.unique(videos / name)


@pytest.fixture(autouse=True)
async def no_process_is_left(services: Services) -> AsyncIterator[None]:
    yield
    await services.library.close()
    assert not processes()


async def test_a_process_stores_many_files_and_ends_when_it_is_idle(
    services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.library.ingest_process, "_idle_s", 0.5)
    news, work = (
        signal.subscribe() for signal in (services.store.change_signal, services.store.probe_signal)
    )
    before = services.store.last_event_id
    assert await services.store.read_cached(items.count) == 0
    add(cast, videos, names(0))
    assert sorted(await library(services)) == names(0)
    assert len(processes()) == 1
    assert processes()[0].nice() >= 10
    assert services.store.last_event_id >= before + MANY
    assert await services.store.read_cached(items.count) == MANY
    assert services.store.events.total() >= MANY
    assert news.is_set()
    assert work.is_set()
    await eventually(lambda: not processes())
    add(cast, videos, names(MANY))
    assert sorted(await library(services)) == names(0, 2 * MANY)
    assert len(processes()) == 1


async def test_a_few_files_need_none(services: Services, videos: Path, cast: Cast) -> None:
    add(cast, videos, names(0, WORTH_IT - 1))
    assert sorted(await library(services)) == names(0, WORTH_IT - 1)
    assert not processes()


async def test_the_server_stores_what_a_process_did_not(
    services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_process, "_MODULE", "lvs.paths")  # it ends without an answer
    add(cast, videos, names(0))
    assert sorted(await library(services)) == names(0)
    assert not processes()


async def test_a_process_that_died_is_replaced(
    services: Services, videos: Path, cast: Cast
) -> None:
    add(cast, videos, names(0))
    await library(services)
    (first,) = processes()
    first.kill()
    await eventually(lambda: not processes())
    add(cast, videos, names(MANY))
    assert sorted(await library(services)) == names(0, 2 * MANY)


async def test_names_that_are_not_text_and_files_that_cannot_be_read(
    services: Services, videos: Path, cast: Cast
) -> None:
    add(cast, videos, names(0))
    odd = os.fsdecode(b"new/\xff\n.mp4")
    cast.unique(videos / odd)
    (videos / "new" / "loop.mp4").symlink_to("/proc/self/mem")
    shown = await library(services)
    assert sorted(shown) == sorted([*names(0), odd])
    assert len(processes()) == 1


async def test_moved_files_are_found_again(services: Services, videos: Path, cast: Cast) -> None:
    add(cast, videos, names(0))
    before = await library(services)
    (videos / "new").rename(videos / "moved")
    after = await library(services)
    assert {card.media_hash for card in after.values()} == {
        card.media_hash for card in before.values()
    }
    assert all(path.startswith("moved/") for path in after)


async def test_a_process_does_not_create_a_lost_database(
    services: Services, videos: Path, cast: Cast
) -> None:
    services.store.path.unlink()
    add(cast, videos, names(0))
    with pytest.raises(Exception, match="deleted, moved or replaced"):
        await library(services)
    assert not processes()
    assert not services.store.path.exists()

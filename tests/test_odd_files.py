"""Files of odd kinds, times and names cost themselves at most."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from lvs.library import filesystem
from lvs.models import FileStat
from lvs.services import Services
from lvs.system import regular_files
from tests.helpers.clips import Cast
from tests.helpers.libraries import library, wait_for
from tests.helpers.servers import LocalServer, StartServices, eventually

YEAR_2300_NS = 10_413_792_000 * 10**9


def set_time(path: Path, ns: int) -> None:
    os.utime(path, ns=(ns, ns))


@pytest.mark.parametrize("ns", [YEAR_2300_NS, -YEAR_2300_NS, 10**30])
def test_a_time_fits_the_store_whatever_it_is(ns: int) -> None:
    found = os.stat_result(range(10), {"st_mtime_ns": ns})
    assert -(2**63) < filesystem.file_stat("x.mp4", found).mtime_ns < 2**63


async def test_a_file_of_the_year_2300_is_ingested_and_ends_no_scan(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    set_time(cast.unique(videos / "odd.mp4"), YEAR_2300_NS)
    os.utime(cast.unique(videos / "z" / "good.mp4"), (1_600_000_000, 1_600_000_000))
    arrivals = asyncio.create_task(server.services.library.arrivals.run())
    await server.services.library.scan_all()
    await wait_for(server.services, "odd.mp4", "z/good.mp4")
    await eventually(lambda: not server.services.library.arrivals.busy)
    since = server.services.store.last_event_id
    await server.services.library.scan_all()
    assert server.services.store.last_event_id == since, "it is known by the time that was stored"
    for path in ("/", "/watch/odd.mp4", "/video/odd.mp4", "/api/videos"):
        assert (await server.get(path)).status == 200, path
    arrivals.cancel()


async def test_a_file_that_cannot_be_stored_is_reported_and_the_others_are_ingested(
    start_services: StartServices, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a scan, and among files that arrive together."""
    monkeypatch.setattr(
        filesystem, "LARGEST_MTIME_NS", 2**80
    )  # a time that SQLite refuses gets through
    set_time(cast.unique(videos / "bad 1.mp4"), YEAR_2300_NS)
    for name in ("a", "z"):
        os.utime(cast.unique(videos / f"{name}.mp4"), (1_600_000_000, 1_600_000_000))
    services = await start_services()
    await wait_for(services, "a.mp4", "z.mp4")
    await eventually(lambda: services.library.all_watched)
    set_time(cast.unique(videos / "bad 2.mp4"), YEAR_2300_NS)
    cast.unique(videos / "good.mp4")
    await wait_for(services, "a.mp4", "good.mp4", "z.mp4")
    problems = services.library.status.problems
    await eventually(lambda: {"videos/bad 1.mp4", "videos/bad 2.mp4"} <= set(problems))
    assert "Can't be stored" in problems["videos/bad 2.mp4"]
    await eventually(lambda: not services.library.arrivals.busy)


def test_a_fifo_is_opened_without_waiting_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a regular file"):
        regular_files.open_media(str(path))
    assert filesystem.is_being_written(str(tmp_path), "x.mp4") is None


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
async def test_what_replaces_a_video_and_is_no_file_makes_it_missing(
    services: Services, videos: Path, cast: Cast, kind: str
) -> None:
    cast.unique(videos / "a.mp4")
    cast.unique(videos / "b.mp4")
    await library(services)
    (videos / "a.mp4").unlink()
    if kind == "fifo":
        os.mkfifo(videos / "a.mp4")
    elif kind == "device":
        (videos / "a.mp4").symlink_to("/dev/zero")
    else:
        (videos / "a.mp4").mkdir()
    assert list(await library(services)) == ["b.mp4"]


async def test_a_fifo_that_is_put_in_place_between_stat_and_open_costs_itself(
    services: Services, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = filesystem.fingerprint

    def replaced(root: str, file: FileStat) -> str:
        if file.path == "a.mp4":
            os.unlink(videos / "a.mp4")
            os.mkfifo(videos / "a.mp4")
        return real(root, file)

    monkeypatch.setattr(filesystem, "fingerprint", replaced)
    cast.unique(videos / "a.mp4")
    cast.unique(videos / "b.mp4")
    assert list(await library(services)) == ["b.mp4"]

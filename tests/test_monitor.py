"""The monitor and the dashboards continue when something that they ask for cannot be had."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Iterator
from typing import NamedTuple

import psutil
import pytest

from lvs.admin.monitor import Disk
from lvs.admin.panels import dashboard_view
from lvs.services import Services
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, eventually


@contextlib.contextmanager
def without_descriptors() -> Iterator[None]:
    """This process can open nothing more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))  # what is open stays open
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_figures_of_the_system_stay_while_there_are_no_descriptors(
    services: Services,
) -> None:
    before = services.admin.monitor.take()
    assert before.process.open_files > 0
    services.admin.metrics.record("GET /x", "x", 0.01, failed=False, queries=1)
    with without_descriptors():
        with pytest.raises(OSError, match="Too many open files"):
            psutil.Process().memory_info()
        during = services.admin.monitor.take()
    assert during.web.requests > 0
    assert during.process.open_files == before.process.open_files
    assert during.process.memory_bytes == before.process.memory_bytes
    assert services.admin.monitor.take().process.memory_bytes > 0


async def test_rates_are_of_what_was_counted_since_the_last_sample(services: Services) -> None:
    services.hub.sent, services.reader.sent_bytes = 3, 5_000
    first = services.admin.monitor.take().streams
    assert first.messages > 0
    assert first.sent_bytes > first.messages
    still = services.admin.monitor.take().streams
    assert (still.messages, still.sent_bytes) == (0, 0)


async def test_a_section_that_cannot_be_read_stops_no_figure(
    live_services: Services, live_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    stream = await live_server.stream("/admin/events")
    await stream.next()
    monkeypatch.setattr("lvs.backups.format.listed", fail)
    live_services.admin.dashboard.refresh()
    live_services.library.status.thumbnails_failed = 7_777
    await stream.until(lambda message: "7,777" in message.data)
    stream.close()
    await eventually(lambda: not live_services.admin.dashboard.streams)
    live_services.admin.dashboard.refresh()
    other = await live_server.stream("/admin/events")
    assert "7,777" in str(await other.next())
    other.close()


class Usage(NamedTuple):
    total: int
    used: int
    free: int


async def test_every_list_warns_of_a_disk_that_is_nearly_full(
    live_services: Services, live_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'id="full-disk"' not in (await live_server.get("/all")).text
    stream = await live_server.stream("/events")
    usage = Usage(10**12, 10**12 - 3 * 10**8, 3 * 10**8)
    monkeypatch.setattr("lvs.admin.monitor.shutil.disk_usage", lambda _: usage)
    monkeypatch.setattr("lvs.admin.monitor.DISKS_EVERY_S", 1)
    message = await stream.until(lambda message: 'id="full-disk"' in message.data)
    assert "Only 300.0 MB left" in message.data
    assert "Free some space" in (await live_server.get("/favorites")).text
    await eventually(lambda: live_services.admin.monitor.now.disks[0].is_nearly_full)
    tile = next(
        tile
        for tile in dashboard_view(live_services.admin.monitor).tiles
        if tile.id == "tile-disk-0"
    )
    assert (tile.level, tile.word) == ("poor", "Nearly full")
    monkeypatch.setattr("lvs.admin.monitor.shutil.disk_usage", lambda _: Usage(10**12, 0, 10**12))
    await stream.until(
        lambda message: "#status" in message.data and "full-disk" not in message.data
    )
    stream.close()


@pytest.mark.parametrize(
    ("free", "total", "nearly_full"),
    [
        (3 * 10**6, 64 * 10**6, True),
        (4 * 10**6, 64 * 10**6, False),
        (10**9, 10**13, True),
        (2 * 10**9, 10**13, False),
        (0, 0, False),  # offline
    ],
)
def test_nearly_full_is_a_gigabyte_or_a_twentieth(free: int, total: int, nearly_full: bool) -> None:
    assert Disk("/", free, total).is_nearly_full is nearly_full


async def test_stars_on_pages_and_open_dashboards_count(
    services: Services, server: LocalServer
) -> None:
    def tile(name: str) -> tuple[str, str]:
        tiles = services.admin.dashboard.view().tiles
        return next((tile.value, tile.detail) for tile in tiles if tile.id == f"tile-{name}")

    await fill(services.store, 1)
    assert tile("ratings")[0] == "\N{EN DASH}"
    assert tile("pages")[0] == "0"
    await post(server, f"/videos/{await hash_of(services, 1)}/rating", htmx=True, value=4)
    value, detail = tile("ratings")
    assert value.endswith(" ms")
    assert "of the last 1 rating," in detail
    streams = [await server.stream(path) for path in ("/admin/events", "/admin/events", "/events")]
    await eventually(lambda: tile("pages")[0] == "3")
    assert "lvs_open_pages 3.0" in (await server.get("/metrics")).text
    for stream in streams:
        stream.close()


async def test_a_minute_has_the_mean_of_its_rates_and_its_highest_latency(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor, metrics = services.admin.monitor, services.admin.metrics
    now = time.monotonic()
    with monkeypatch.context() as patched:
        patched.setattr("lvs.admin.monitor.time.monotonic", lambda: now)
        monitor.take()
        for second in range(60):
            now += 1
            for _ in range(second % 2):  # one request every other second
                latency_s = 0.5 if second == 31 else 0.01
                metrics.record("GET /x", "x", latency_s, failed=second == 31, queries=1)
            services.reader.sent_bytes += 1_000
            monitor.take()
    minute = monitor.minutes[-1]
    assert minute.at == monitor.seconds[-2].at, "the sixtieth sample"
    assert minute.web.requests == pytest.approx(0.5, abs=0.05)
    assert minute.web.errors == pytest.approx(1 / 60, abs=0.001)
    assert minute.web.p95_ms == pytest.approx(500, rel=0.05)
    assert minute.streams.sent_bytes == pytest.approx(1_000, rel=0.05)
    assert minute.process.memory_bytes > 0

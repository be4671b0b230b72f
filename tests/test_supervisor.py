"""Tasks that fail: started again, with pauses that grow; others hear of it; the log stays short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from lvs.library.arrivals import Arrivals
from lvs.library.scanner import Scanner
from lvs.models import Root
from lvs.server import supervisor as supervisor_module
from lvs.server.supervisor import Supervisor
from lvs.services import Services
from tests.helpers.servers import StartServices, eventually, open_stream, serving


@pytest.fixture
async def supervisor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    monkeypatch.setattr(supervisor_module, "RESTART_AFTER_S", 0.001)
    supervisor = Supervisor()
    yield supervisor
    await supervisor.stop()


async def test_what_is_to_be_done_after_a_failure_is_done(supervisor: Supervisor) -> None:
    calls: list[str] = []

    async def run() -> None:
        calls.append("run")
        raise OSError("no luck")

    supervisor.start("unlucky", run, lambda: calls.append("after"))
    await eventually(lambda: calls[:4] == ["run", "after", "run", "after"])


async def test_a_failure_of_that_does_not_end_the_task(supervisor: Supervisor) -> None:
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)
        raise OSError("no luck")

    def after() -> None:
        raise RuntimeError("none either")

    supervisor.start("unlucky", run, after)
    await eventually(lambda: len(runs) > 2)


async def test_a_cancelled_future_is_a_failure_like_any_other(supervisor: Supervisor) -> None:
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()
        await cancelled

    supervisor.start("cancelled", run)
    await eventually(lambda: len(runs) > 2)


async def test_a_task_that_fails_again_and_again_waits_longer_each_time(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor_module, "RESTART_AFTER_MAX_S", 0.004)
    pauses: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)
        await real_sleep(0)

    async def run() -> None:
        raise OSError("no luck")

    monkeypatch.setattr(asyncio, "sleep", sleep)
    supervisor.start("unlucky", run)
    while len(pauses) < 5:
        await real_sleep(0)
    assert pauses[:5] == [0.001, 0.002, 0.004, 0.004, 0.004]
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failures) >= 5
    assert [bool(record.exc_info) for record in failures[:5]] == [True, False, False, False, False]


async def test_a_failed_task_of_the_library_asks_for_a_scan(
    start_services: StartServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = asyncio.Event()

    async def run(self: Arrivals) -> None:
        await fails.wait()
        fails.clear()
        raise OSError("the store is busy")

    monkeypatch.setattr(Arrivals, "run", run)
    scans: list[int] = []
    real_scan = Scanner.scan

    async def scan(self: Scanner, root: Root, below: str = "") -> None:
        await real_scan(self, root, below)
        scans.append(1)

    monkeypatch.setattr(Scanner, "scan", scan)
    await start_services()
    await eventually(lambda: len(scans) == 1)
    fails.set()
    await eventually(lambda: len(scans) == 2)


async def test_a_failed_live_task_has_every_page_fetch_its_region_again(
    start_services: StartServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: Services = await start_services()
    async with serving(services) as server:
        stream = await open_stream(server.port, f"/events?since={services.store.last_event_id}")
        await eventually(lambda: services.hub.streams == 1)

        def fails() -> None:
            raise OSError("no luck")

        monkeypatch.setattr(services.hub, "on_pushed", lambda _: fails())
        await services.store.write(lambda tx: tx.emit("folder.updated"))
        await stream.until(lambda message: message.event == "resync")

"""Progress bars in the terminal, and the scan that `lvs scan` runs to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from lvs.activity import Activity
from lvs.config import ServerConfig
from lvs.progress import Progress as Work
from lvs.server.lifecycle import open_services
from lvs.services import Services
from lvs.store import gallery
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD

REDRAW_S = 0.25


async def scan_once(config: ServerConfig, console: Console) -> int:
    """Scan every folder, render every thumbnail; returns how many videos. Raises StartError."""
    async with open_services(config, live=False) as services:
        library = services.library
        arrivals = asyncio.create_task(library.arrivals.run(), name="arrivals")
        probe_queue = asyncio.create_task(library.probe_queue.run(), name="probe queue")
        try:
            async with _bars(library.status, console):
                await library.scan_all()
                while library.arrivals.busy or not await library.probe_queue.is_idle():
                    await asyncio.sleep(REDRAW_S)
        finally:
            for task in (arrivals, probe_queue):
                task.cancel()
            await asyncio.gather(arrivals, probe_queue, return_exceptions=True)
        return await services.store.read(gallery.count, ListSpec(HOUSEHOLD))


async def show_progress(services: Services, console: Console) -> None:
    """Show progress bars while the server runs, if its output is a terminal."""
    if console.is_terminal:
        async with _bars(services.activity, console):
            await asyncio.Event().wait()


@asynccontextmanager
async def _bars(status: Activity, console: Console) -> AsyncIterator[None]:
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    drawing = asyncio.create_task(_draw(bars, status), name="progress bars")
    try:
        with bars:
            yield
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)


async def _draw(bars: Progress, status: Activity) -> None:
    drawn: dict[str, TaskID] = {}
    works: dict[str, Work] = {"Scanning": status.scan, "Thumbnails": status.thumbnails}
    while True:
        for name, work in works.items():
            if work.running and name not in drawn:
                drawn[name] = bars.add_task(name)
            elif not work.running and name in drawn:
                bars.remove_task(drawn.pop(name))
            if name in drawn:
                bars.update(drawn[name], completed=work.done, total=work.total or None)
        await asyncio.sleep(REDRAW_S)

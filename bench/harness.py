"""What benchmarks share: results, generated libraries on disk, servers, work in another process."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil

from lvs.store import Store
from tests.helpers.libraries import fill
from tests.helpers.servers import Process

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One row of the report. `ratio` is figure over baseline; `met` is None where none is set."""

    what: str
    figure: str
    baseline: str
    ratio: str
    budget: str
    met: bool | None


def times(figure: float, baseline: float) -> str:
    return f"{figure / baseline:.2f}" if baseline else "-"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of a hundred stay at or below."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def elsewhere(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a client in a process of its own, so that it and this one do not share a GIL."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result()


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """A folder that is deleted afterwards."""
    home = Path(tempfile.mkdtemp(prefix="lvs-bench-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Library:
    """A video folder and the data folder that knows it."""

    videos: Path
    data: Path

    def server(self, **settings: str) -> Process:
        return Process(self.videos, self.data, settings)


def library(home: Path, count: int) -> Library:
    """`count` videos in 100 folders: files of the right size that hold nothing, rows as if probed.

    A server that starts on it finds all as it knows it. With `keep_libraries`, the rows are a copy
    of those of an earlier run.
    """
    if _kept is None:
        return _made(home, count)
    kept = Library(_kept / f"videos-{count}", _kept / f"data-{count}")
    complete = _kept / f"complete-{count}"
    if not complete.exists():
        for folder in (kept.videos, kept.data):
            shutil.rmtree(folder, ignore_errors=True)
        _made(_kept, count)
        complete.touch()
    copy = Library(kept.videos, home / kept.data.name)
    shutil.copytree(kept.data, copy.data)
    return copy


_kept: Path | None = None


def keep_libraries(folder: Path) -> None:
    """From now on, generate a library in this folder once, and keep it for other runs."""
    global _kept  # noqa: PLW0603
    folder.mkdir(parents=True, exist_ok=True)
    _kept = folder


def _made(home: Path, count: int) -> Library:
    made = Library(home / f"videos-{count}", home / f"data-{count}")
    made.videos.mkdir()
    made.data.mkdir()
    folders = [f"Folder {number:02}" for number in range(min(100, count // 10 or 1))]
    for folder in folders:
        (made.videos / folder).mkdir()
    asyncio.run(_fill(made, count, folders))
    return made


async def _fill(made: Library, count: int, folders: Sequence[str]) -> None:
    from lvs.store import roots  # noqa: PLC0415

    store = Store(made.data / "library.db")
    await store.open()
    try:
        await store.write(roots.configure, {made.videos.name: str(made.videos)})
        await fill(store, count, folders)
        rows = await store.read(
            lambda conn: conn.execute("select path, size, mtime_ns from file").fetchall()
        )
    finally:
        await store.close()
    for path, size, mtime_ns in rows:
        file = made.videos / os.fsdecode(path)
        with file.open("wb") as handle:
            handle.truncate(size)
        os.utime(file, ns=(mtime_ns, mtime_ns))


def wait_until_quiet(server: Process, quiet_s: float = 1.0) -> None:
    """Until the server has used next to no processor for a while: its start is over."""
    process = psutil.Process(server.process.pid)
    process.cpu_percent()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        time.sleep(quiet_s)
        if process.cpu_percent() < 5:
            return
    raise TimeoutError("the server never came to rest")


def resident_mb(server: Process) -> float:
    """Resident memory of the web process, its workers left out, in MB."""
    return float(psutil.Process(server.process.pid).memory_info().rss) / 1e6

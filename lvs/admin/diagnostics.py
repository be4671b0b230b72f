"""Diagnostics for development: the time that functions take, and the state of the machine.

Nothing here runs by itself. Put `measured` on a function while you examine it.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

import psutil
from rich.table import Table

from lvs.metrics import WINDOW, latency_of

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class FunctionStats:
    """The last 100 calls of a function, in seconds; all calls, and those that raised."""

    samples: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    calls: int = 0
    errors: int = 0

    def add(self, seconds: float, *, failed: bool) -> None:
        self.samples.append(seconds)
        self.calls += 1
        self.errors += failed


functions: dict[str, FunctionStats] = {}


def measured(name: str | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator for functions, plain or async: each call is timed under `name`."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        stats = functions.setdefault(name or function.__qualname__, FunctionStats())
        if inspect.iscoroutinefunction(function):
            return cast(Callable[P, T], _measured_async(function, stats))

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            began, failed = time.perf_counter(), True
            try:
                result = function(*args, **kwargs)
                failed = False
            finally:
                stats.add(time.perf_counter() - began, failed=failed)
            return result

        return call

    return decorate


def _measured_async(function: Callable[..., Any], stats: FunctionStats) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        began, failed = time.perf_counter(), True
        try:
            result = await function(*args, **kwargs)
            failed = False
        finally:
            stats.add(time.perf_counter() - began, failed=failed)
        return result

    return call


def get_system_stats() -> dict[str, float]:
    """This process and its machine now: percent, megabytes, counts."""
    process = psutil.Process()
    with process.oneshot():
        found = {
            "cpu_percent": psutil.cpu_percent(),
            "memory_mb": round(process.memory_info().rss / 1e6, 1),
            "memory_percent": round(process.memory_percent(), 2),
            "threads": process.num_threads(),
            "open_files": len(process.open_files()),
        }
        if hasattr(process, "io_counters"):
            io = process.io_counters()
            found |= {"disk_read_mb": io.read_bytes / 1e6, "disk_write_mb": io.write_bytes / 1e6}
    return found


def performance_report() -> Table:
    """The functions that were measured, slowest first."""
    table = Table("Function", "Calls", "Errors", "p50 ms", "p95 ms", "max ms", box=None)
    rows = [(name, stats, latency_of(stats.samples)) for name, stats in functions.items()]
    for name, stats, latency in sorted(rows, key=lambda row: -row[2].p95_ms):
        figures = (latency.p50_ms, latency.p95_ms, latency.max_ms)
        table.add_row(
            name, str(stats.calls), str(stats.errors), *(f"{figure:.2f}" for figure in figures)
        )
    return table

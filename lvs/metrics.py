"""What the server measures of itself. Recording is cheap; percentiles are computed when read.

Everything happens on the event loop, so nothing is locked. Windows are the last 100 samples, as
in the previous server.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

WINDOW = 100
UNMATCHED = "(no route)"  # the label of all unknown addresses


class QueryCount:
    """Database queries of one request."""

    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total = 0


# Of the request that runs in this context; None outside of one.
_counting: ContextVar[QueryCount | None] = ContextVar("queries", default=None)


def count_queries_here() -> QueryCount:
    """Start to count for the request of this context."""
    count = QueryCount()
    _counting.set(count)
    return count


def add_queries(number: int) -> None:
    count = _counting.get()
    if count is not None:
        count.total += number


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds over a window; zeros when it is empty."""

    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    avg_ms: float = 0.0
    min_ms: float = 0.0
    max_ms: float = 0.0


def latency_of(samples_s: Sequence[float]) -> Latency:
    """Percentiles by `statistics.quantiles` (inclusive) over samples in seconds."""
    if not samples_s:
        return Latency()
    ms = [sample * 1000 for sample in samples_s]
    at = statistics.quantiles(ms, n=100, method="inclusive") if len(ms) > 1 else ms * 99
    figures = (at[49], at[94], at[98], statistics.fmean(ms), min(ms), max(ms))
    return Latency(*(round(figure, 3) for figure in figures))


@dataclass(slots=True)
class Route:
    """A route's window of (seconds, whether it failed), and its totals since the start."""

    endpoint: str
    samples: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    requests: int = 0
    errors: int = 0
    seconds: float = 0.0
    last_at: float = 0.0  # Unix time

    @property
    def latency(self) -> Latency:
        return latency_of([duration for duration, _ in self.samples])

    @property
    def errors_in_window(self) -> int:
        return sum(failed for _, failed in self.samples)


class Metrics:
    """Figures of the requests since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.routes: dict[str, Route] = {}
        self.queries: deque[int] = deque(maxlen=WINDOW)
        self.ratings_post: deque[float] = deque(maxlen=WINDOW)
        self.requests = 0
        self.errors = 0
        self.latest: deque[float] = deque(maxlen=1000)  # seconds, of all routes

    def record(
        self,
        route: str,
        endpoint: str,
        duration_s: float,
        *,
        failed: bool,
        queries: int,
        is_rating: bool = False,
    ) -> None:
        """One answered request. `failed` is a status of 5xx or an unhandled exception."""
        found = self.routes.get(route)
        if found is None:
            found = self.routes[route] = Route(endpoint)
        found.samples.append((duration_s, failed))
        found.requests += 1
        found.errors += failed
        found.seconds += duration_s
        found.last_at = time.time()
        self.requests += 1
        self.errors += failed
        self.latest.append(duration_s)
        self.queries.append(queries)
        if is_rating:
            self.ratings_post.append(duration_s)

    @property
    def uptime_s(self) -> float:
        return time.monotonic() - self._began

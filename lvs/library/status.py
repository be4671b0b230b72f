"""What the library is doing right now: state for pages and terminal, not events."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from lvs.events import Bell
from lvs.models import Arrival

PROBLEMS_KEPT = 50


@dataclass
class Progress:
    """A piece of long work. `total` grows while it is being counted; `rate` is per second."""

    done: int = 0
    total: int = 0
    running: bool = False
    started: bool = False
    _marks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=20))

    def start(self) -> None:
        self.done, self.total, self.running, self.started = 0, 0, True, True
        self._marks.clear()

    def advance(self, done: int) -> None:
        self.done += done
        now = time.monotonic()
        if not self._marks or now - self._marks[-1][0] > 0.25:
            self._marks.append((now, self.done))

    @property
    def rate(self) -> float:
        """Items a second over the last seconds; 0 when it cannot be told yet."""
        if len(self._marks) < 2:
            return 0.0
        (then, before), now = self._marks[0], time.monotonic()
        return (self.done - before) / (now - then) if now > then else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at the present rate, when there is one."""
        return max(self.total - self.done, 0) / self.rate if self.rate > 0 else None


class LibraryStatus:
    """Read by pages, written by scanner, arrivals and feeder; `bell` rings on each change."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.version = 0
        self.scan = Progress()
        self.pictures = Progress()
        self.arrivals: tuple[Arrival, ...] = ()
        self.problems: dict[str, str] = {}

    def changed(self) -> None:
        self.version += 1
        self.bell.ring()

    def report(self, path: str, problem: str) -> None:
        """Remember what cannot be read, so that the page can say so; bounded."""
        if self.problems.get(path) == problem or len(self.problems) >= PROBLEMS_KEPT:
            return
        self.problems[path] = problem
        self.changed()

    def forget_problems(self, beneath: str) -> None:
        gone = [path for path in self.problems if path.startswith(beneath)]
        for path in gone:
            del self.problems[path]
        if gone:
            self.changed()

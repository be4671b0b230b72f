"""How far a piece of long work is, for pages and terminal."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field


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
        """Items per second over the last seconds; 0 until there are enough samples."""
        if len(self._marks) < 2:
            return 0.0
        (then, before), now = self._marks[0], time.monotonic()
        return (self.done - before) / (now - then) if now > then else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at the present rate, when there is one."""
        return max(self.total - self.done, 0) / self.rate if self.rate > 0 else None

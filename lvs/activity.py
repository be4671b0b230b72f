"""What the library is doing right now: state for pages and terminal, not events."""

from __future__ import annotations

from lvs.events import ChangeSignal
from lvs.models import Arrival
from lvs.progress import Progress

PROBLEMS_KEPT = 50


class Activity:
    """The scanner, arrivals and probe queue write it; pages read it. See `changed`."""

    def __init__(self) -> None:
        self.change_signal = ChangeSignal()
        self.version = 0
        self.scan = Progress()
        self.thumbnails = Progress()
        self.changes = Progress()  # bulk edits in progress or waiting
        self.thumbnails_made = 0  # since the start
        self.thumbnails_failed = 0
        self.thumbnail_s = 0.0  # worker seconds spent on them
        self.thumbnails_busy = 0  # being worked on or queued for it
        self.arrivals: tuple[Arrival, ...] = ()
        self.problems: dict[str, str] = {}
        self.lost_database = ""  # the message when its file is missing
        self.full_disk = ""  # the message when the data disk is full

    @property
    def thumbnails_waiting(self) -> int:
        """How many videos wait for thumbnails."""
        progress = self.thumbnails
        return max(progress.total - progress.done, 0) if progress.running else 0

    def changed(self) -> None:
        self.version += 1
        self.change_signal.notify()

    def report(self, path: str, problem: str) -> None:
        """Record what cannot be read, for the status on pages. The list is bounded."""
        known = self.problems.get(path)
        if known == problem or (known is None and len(self.problems) >= PROBLEMS_KEPT):
            return
        self.problems[path] = problem
        self.changed()

    def set_full_disk(self, what: str) -> None:
        if what != self.full_disk:
            self.full_disk = what
            self.changed()

    def set_lost_database(self, what: str) -> None:
        if what != self.lost_database:
            self.lost_database = what
            self.changed()

    def clear_problem(self, path: str) -> None:
        if self.problems.pop(path, None) is not None:
            self.changed()

    def clear_problems(self, below: str) -> None:
        missing = [path for path in self.problems if path.startswith(below)]
        for path in missing:
            del self.problems[path]
        if missing:
            self.changed()

"""How long a new file takes to its card, step by step, for the newest files."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

FOLLOWED = 500  # files followed at a time, the newest
KEPT = 100

Key = tuple[int, str]  # root, path


@dataclass(slots=True)
class IngestTiming:
    """Moments of one file (monotonic seconds), 0 while they are to come. `path` is in its root,
    `event` announced its thumbnails."""

    path: str
    seen: float
    settled: float = 0.0
    stored: float = 0.0
    probed: float = 0.0
    rendered: float = 0.0
    pushed: float = 0.0
    event: int = 0

    @property
    def steps(self) -> dict[str, float]:
        """Seconds of each step, in order."""
        return {
            "settling": self.settled - self.seen,
            "storing": self.stored - self.settled,
            "facts": self.probed - self.stored,
            "thumbnails": self.rendered - self.probed,
            "push": self.pushed - self.rendered,
        }

    @property
    def whole(self) -> float:
        return self.pushed - self.seen


class IngestTimings:
    """Files from their first notice until pages show their thumbnails. `done` are the
    last hundred that got there."""

    def __init__(self) -> None:
        self._coming: OrderedDict[Key, IngestTiming] = OrderedDict()
        self.done: deque[IngestTiming] = deque(maxlen=KEPT)
        self._pushed = 0

    def seen(self, key: Key) -> None:
        if key not in self._coming:
            self._coming[key] = IngestTiming(key[1], time.monotonic())
            if len(self._coming) > FOLLOWED:  # some never become a card: copies of a known video
                self._coming.popitem(last=False)

    def settled(self, keys: Iterable[Key]) -> None:
        now = time.monotonic()
        for timing in self._known(keys):
            timing.settled = timing.settled or now

    def stored(self, keys: Iterable[Key]) -> None:
        now = time.monotonic()
        for timing in self._known(keys):
            timing.stored = timing.stored or now

    def rendered(self, key: Key, event: int, thumbnail_s: float) -> None:
        """Its facts were known `thumbnail_s` seconds before its thumbnails."""
        for timing in self._known([key]):
            timing.rendered, timing.event = time.monotonic(), event
            probed = timing.rendered - thumbnail_s
            timing.stored = timing.stored or probed  # a batch is stored together, later than this
            timing.probed = max(probed, timing.stored)
        if event <= self._pushed:  # pages were updated before this was reported
            self.pushed(event)

    def pushed(self, event: int) -> None:
        """Pages know everything up to an event."""
        self._pushed = max(self._pushed, event)
        arrived = [
            key for key, timing in self._coming.items() if timing.event and timing.event <= event
        ]
        for key in arrived:
            timing = self._coming.pop(key)
            timing.pushed = time.monotonic()
            if timing.settled:
                self.done.append(timing)

    def removed(self, key: Key) -> None:
        """It never became a video."""
        self._coming.pop(key, None)

    def _known(self, keys: Iterable[Key]) -> list[IngestTiming]:
        return [self._coming[key] for key in keys if key in self._coming]

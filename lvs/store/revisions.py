"""How often what people see has changed: what caches of pages and answers compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lvs.events import Event
from lvs.viewer import Viewer

Revision = tuple[int, ...]


class Revisions:
    """Counts changes since the start: those that everybody sees, those of averages, which few
    lists show, and those that one person sees."""

    def __init__(self) -> None:
        self._shared = 0
        self._averages = 0
        self._personal: Counter[int] = Counter()

    def record(self, events: Iterable[Event]) -> None:
        """Count a change that made these events."""
        events = list(events)
        self._shared += any(event.is_shared and not event.is_average for event in events)
        self._averages += any(event.is_average for event in events)
        self._personal.update({event.user_id for event in events if event.user_id is not None})

    def record_unknown(self) -> None:
        """Count a change of which it is not known what it was: anybody may see it."""
        self._shared += 1

    @property
    def shared(self) -> Revision:
        """Another one after each change of what everybody sees. Averages are not in it."""
        return (self._shared,)

    def of(self, viewer: Viewer, *, averages: bool) -> Revision:
        """Another one after each change of what this viewer sees, with or without averages."""
        own = self._personal.get(viewer.user_id, 0)
        return self._shared, self._averages if averages else 0, own

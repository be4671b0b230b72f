"""A bounded cache that removes the least recently used entry first and counts hits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def hit_rate(hits: int, misses: int) -> float:
    """A percentage with one decimal; 0.0 before any use."""
    return round(100 * hits / (hits + misses), 1) if hits + misses else 0.0


class Cache(Generic[K, V]):
    """A thread-safe cache of at most `kept` entries.

    The key, or the caller's `is_fresh`, must cover all that a value depends on.
    """

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self.hits = 0
        self.misses = 0
        self._entries: OrderedDict[K, V] = OrderedDict()  # the newest last
        self._lock = threading.Lock()

    def get(self, key: K, is_fresh: Callable[[V], bool] | None = None) -> V | None:
        """The cached value. None when there is none or `is_fresh` rejects it."""
        with self._lock:
            found = self._use(key)
            if found is None or (is_fresh is not None and not is_fresh(found)):
                self.misses += 1
                return None
            self.hits += 1
            return found

    def get_all(self, keys: Iterable[K]) -> dict[K, V | None]:
        """As `get` for each of these keys, taking the lock once."""
        with self._lock:
            found = {key: self._use(key) for key in keys}
            hits = sum(value is not None for value in found.values())
            self.hits += hits
            self.misses += len(found) - hits
        return found

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self.kept:
                self._entries.popitem(last=False)

    def _use(self, key: K) -> V | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

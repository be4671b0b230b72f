"""Events that the store emits after a commit.

An event is a row of the `event` table, written in the same transaction as its change.
Its id is the id of the server-sent message that carries it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

Topic = Literal["added", "changed", "removed", "copied", "folders", "away", "searches"]

TOPICS: dict[Topic, str] = {
    "added": "a video is new, or returned",
    "changed": "something that cards or lists show of a video changed",
    "removed": "the last file of a video is missing",
    "copied": "a new file has the content of a video that is in the library already",
    "folders": "a folder is new, or a video moved to or from one",
    "away": "a video folder went offline or came back",
    "searches": "a search was saved or deleted",
}


@dataclass(frozen=True, slots=True)
class Event:
    """`item_id` is None for an event of the whole library."""

    id: int
    topic: Topic
    item_id: int | None


class ChangeSignal:
    """Wakes its subscribers. Several changes before a subscriber wakes count as one."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        for event in self._waiting:
            event.set()

    def subscribe(self, event: asyncio.Event | None = None) -> asyncio.Event:
        """`event`, or a new one, which every change sets. Clear it before you read the store."""
        event = event or asyncio.Event()
        self._waiting.add(event)
        return event

    def unsubscribe(self, listener: asyncio.Event) -> None:
        self._waiting.discard(listener)

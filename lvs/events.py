"""What the store tells the rest of the house, after the commit.

An event is a row of the `event` table, written in the transaction of the change that it tells of.
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
    """`video_id` is None for what concerns the library as a whole."""

    id: int
    topic: Topic
    video_id: int | None


class ChangeSignal:
    """Wakes whoever waits; several rings before they wake count as one."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        for event in self._waiting:
            event.set()

    def subscribe(self, event: asyncio.Event | None = None) -> asyncio.Event:
        """An event of one's own, set at every ring; clear it before looking at the store."""
        event = event or asyncio.Event()
        self._waiting.add(event)
        return event

    def unsubscribe(self, listener: asyncio.Event) -> None:
        self._waiting.discard(listener)

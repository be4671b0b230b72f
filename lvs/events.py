"""Events that the store emits after a commit.

An event is a row of the `event` table, written in the same transaction as its change.
Its id is the id of the server-sent message that carries it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

Topic = Literal[
    "item.added",
    "item.updated",
    "item.removed",
    "item.copied",
    "item.marked",
    "folder.updated",
    "folder.availability",
    "saved_search.updated",
]

# The part before the dot says what `entity_id` is the id of.
TOPICS: dict[Topic, str] = {
    "item.added": "an item is new, or returned",
    "item.updated": "something that cards or lists show of an item to everybody changed",
    "item.removed": "the last file of an item is missing",
    "item.copied": "a new file has the content of an item that is in the library already",
    "item.marked": "a user's own rating, favorite, position or watched mark of an item changed;"
    " without a user, the average of all ratings",
    "folder.updated": "a folder is new, or an item moved to or from one",
    "folder.availability": "a library folder went offline or came back",
    "saved_search.updated": "a user saved or deleted a search",
}


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is that of the item, None where it is about no item; `entity_id` is None for an event
    about many. `user_id` is whose change it is, None for one that all share."""

    id: int
    topic: Topic
    kind: str | None = None
    entity_id: int | None = None
    user_id: int | None = None

    @property
    def is_shared(self) -> bool:
        """Whether everybody sees what changed."""
        return self.user_id is None

    @property
    def is_average(self) -> bool:
        """Whether only the average of an item changed, which cards do not show."""
        return self.topic == "item.marked" and self.user_id is None

    @property
    def item_id(self) -> int | None:
        """The item that it is about."""
        return self.entity_id if self.topic.startswith("item.") else None


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

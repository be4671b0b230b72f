"""Who asks, and what that person may see. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "user"]


@dataclass(frozen=True, slots=True)
class Audience:
    """What a viewer may see. Viewers with equal audiences share renderings.

    `folders` are ids of library folders; None is all of them, also those added later. An item is
    visible when one of its files is in a visible folder and it has none of the `hidden_tags` (ids).
    """

    folders: frozenset[int] | None = None
    hidden_tags: frozenset[int] = frozenset()

    @property
    def sees_everything(self) -> bool:
        return self.folders is None and not self.hidden_tags

    def sees_folder(self, library_folder_id: int) -> bool:
        return self.folders is None or library_folder_id in self.folders


EVERYTHING = Audience()


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person that a request or stream is answered for. `user_id` is a row of the table `user`:
    whose favorites, ratings, progress and saved searches are read and written."""

    user_id: int
    role: Role
    audience: Audience


# The one viewer while there are no accounts. Only the places that find out who asks name it.
HOUSEHOLD = Viewer(1, "admin", EVERYTHING)

"""What a change of many videos is called, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lvs.contexts import words
from lvs.errors import InvalidInputError
from lvs.models import Bulk
from lvs.store.tags import one_line


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the store makes it: its kind, what it is about, what videos are to have."""

    kind: str
    value: str
    wanted: Any


@dataclass(frozen=True, slots=True)
class BulkResult:
    """`id` undoes it; 0 when there is nothing to undo."""

    id: int
    words: str


_FLAGS: dict[str, tuple[str, Any]] = {
    "favorite": ("favorite", True),
    "unfavorite": ("favorite", False),
    "watched": ("watched", [0.0, True]),
    "unwatched": ("watched", [0.0, False]),
    "clear": ("rate", None),
}


def change_of(action: str, stars: str, tag: str) -> Change:
    """The change that a form asks for. Raises InvalidInputError."""
    if action in _FLAGS:
        kind, wanted = _FLAGS[action]
        return Change(kind, action, wanted)
    if action == "rate" and stars in ("1", "2", "3", "4", "5"):
        return Change("rate", stars, int(stars))
    if action in ("tag", "untag"):
        return Change("tag", one_line(tag), action == "tag")
    raise InvalidInputError(
        "Choose what to do with the videos: `rate` with 1 to 5 `stars`, `tag` or `untag` with a "
        f"`tag`, {', '.join(f'`{flag}`' for flag in _FLAGS)}."
    )


def result_of(bulk_id: int, changed: int, asked: int) -> BulkResult:
    """In words, after it is done."""
    same = asked - changed
    said = f"{words.plural(changed, 'video')} changed"
    if same:
        said += f"; {words.number(same)} had it already or cannot have it"
    return BulkResult(bulk_id if changed else 0, f"{said}.")


def undone(changed: int) -> BulkResult:
    return BulkResult(0, f"Undone for {words.plural(changed, 'video')}.")


def kept_result(bulk: Bulk) -> BulkResult:
    """Of a change that is still kept, for a page of its own."""
    return BulkResult(bulk.id if bulk.count else 0, f"{words.plural(bulk.count, 'video')} changed.")

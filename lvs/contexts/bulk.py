"""What a change of many videos is called, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lvs import formatting
from lvs.contexts.gallery import Link
from lvs.errors import InvalidInputError
from lvs.models import Bulk
from lvs.store.bulk import DELETE_TAG
from lvs.store.tags import clean_name


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the store makes it: its kind, what it is about, what videos are to have."""

    kind: str
    value: str
    wanted: Any


LIBRARY = Link("Go to library", "/")
TAGS = Link("Go to tags", "/tags")


@dataclass(frozen=True, slots=True)
class BulkResult:
    """`id` undoes it; 0 when there is nothing to undo. `back` leads to the list of what changed."""

    id: int
    words: str
    back: Link = LIBRARY
    complete: bool = True


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
        return Change("tag", clean_name(tag), action == "tag")
    raise InvalidInputError(
        "Choose what to do with the videos: `rate` with 1 to 5 `stars`, `tag` or `untag` with a "
        f"`tag`, {', '.join(f'`{flag}`' for flag in _FLAGS)}."
    )


def result_of(bulk_id: int, changed: int, asked: int, problem: str = "") -> BulkResult:
    """In words, after it is done, or was ended by a `problem`."""
    if problem:
        done = f"{formatting.number(changed)} of {formatting.plural(asked, 'video')}"
        said = f"{done} changed, then it stopped."
        return BulkResult(bulk_id, f"{said} {problem}", complete=False)
    same = asked - changed
    said = f"{formatting.plural(changed, 'video')} changed"
    if same:
        said += f"; {formatting.number(same)} had it already or cannot have it"
    return BulkResult(bulk_id if changed else 0, f"{said}.")


def tag_deleted(bulk_id: int, name: str, count: int) -> BulkResult:
    said = f"Tag “{name}” deleted from {formatting.plural(count, 'video')}."
    return BulkResult(bulk_id if count else 0, said, TAGS)


def undone(bulk: Bulk, changed: int, problem: str = "") -> BulkResult:
    back = TAGS if bulk.kind == DELETE_TAG else LIBRARY
    said = f"Undone for {formatting.plural(changed, 'video')}"
    if problem:
        return BulkResult(bulk.id, f"{said}, then it stopped. {problem}", back, complete=False)
    return BulkResult(0, f"{said}.", back)


def kept_result(bulk: Bulk) -> BulkResult:
    """Of a change that is still kept, for a page of its own."""
    if bulk.kind == DELETE_TAG and bulk.count:
        return tag_deleted(bulk.id, bulk.value, bulk.count)
    if bulk.kind == DELETE_TAG:
        return BulkResult(0, f"Tag “{bulk.value}” is back on its videos.", TAGS)
    return BulkResult(
        bulk.id if bulk.count else 0, f"{formatting.plural(bulk.count, 'video')} changed."
    )

"""What a change of many videos is called, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lvs import formatting
from lvs.contexts.gallery import Link
from lvs.errors import InvalidInputError
from lvs.models import Bulk
from lvs.store.bulk import ACTIONS, CLEANUP, DELETE_SEARCH, DELETE_TAG
from lvs.store.tags import clean_name


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the store makes it: its kind, what it is about, what videos are to have."""

    kind: str
    value: str
    wanted: Any


NOTHING_TO_UNDO = "Nothing left to undo"
LIBRARY = Link("Go to library", "/all")
TAGS = Link("Go to tags", "/tags")
MAINTENANCE = Link("Go to maintenance", "/admin/maintenance")


@dataclass(frozen=True, slots=True)
class BulkResult:
    """`id` undoes it; 0 when there is nothing to undo. `back` leads to the list of what changed."""

    id: int
    words: str
    back: Link = LIBRARY
    complete: bool = True


def change_of(action: str, stars: str, tag: str) -> Change:
    """The change that a form asks for. Raises InvalidInputError."""
    if action in ACTIONS:
        return Change(ACTIONS[action].kind, action, ACTIONS[action].wanted)
    if action in ("", "rate") and stars in ("1", "2", "3", "4", "5"):  # a star is a button, too
        return Change("rate", stars, int(stars))
    if action in ("tag", "untag"):
        return Change("tag", clean_name(tag), action == "tag")
    raise InvalidInputError(
        "`action` must be `rate` with 1 to 5 `stars`, `tag` or `untag` with a `tag`, or one of "
        f"{', '.join(f'`{name}`' for name in ACTIONS)}."
    )


def result_of(
    change: Change, bulk_edit_id: int, changed: int, asked: int, problem: str = ""
) -> BulkResult:
    """In words, after it is done, or was ended by a `problem`."""
    if problem:
        videos = formatting.plural(asked, "video")
        said = f"Stopped after {formatting.number(changed)} of {videos}. {problem}"
        return BulkResult(bulk_edit_id, said, complete=False)
    if not changed:
        return BulkResult(0, "No videos changed")
    verb = "added to" if change.wanted is True else "removed from"
    said = _said(change.kind, change.value, changed, verb)
    if changed < asked:  # already so, not allowed, or failed
        said += f" · {formatting.number(asked - changed)} unchanged"
    return BulkResult(bulk_edit_id, said)


def tag_deleted(bulk_edit_id: int, name: str, count: int) -> BulkResult:
    said = f"Tag “{name}” deleted from {formatting.plural(count, 'video')}"
    return BulkResult(bulk_edit_id if count else 0, said, TAGS)


def search_deleted(bulk_edit_id: int, name: str) -> BulkResult:
    return BulkResult(bulk_edit_id, f"Saved search “{name}” deleted")


def search_restored(name: str) -> BulkResult:
    return BulkResult(0, f"Saved search “{name}” restored" if name else NOTHING_TO_UNDO)


def cleanup_scheduled(bulk_edit_id: int, count: int) -> BulkResult:
    entries = formatting.plural(count, "entry", "entries")
    said = f"Backed up. To be removed in one minute: {entries}"
    return BulkResult(bulk_edit_id, said, MAINTENANCE)


def cleanup_undone(was_waiting: bool) -> BulkResult:
    said = "Nothing is removed" if was_waiting else NOTHING_TO_UNDO
    return BulkResult(0, said, MAINTENANCE)


def undone(bulk: Bulk, changed: int, problem: str = "") -> BulkResult:
    """`bulk` as it was before."""
    back = TAGS if bulk.kind == DELETE_TAG else LIBRARY
    of = f"{formatting.number(changed)} of {formatting.plural(bulk.count, 'video')}"
    if problem:
        said = f"Undo stopped after {of}. {problem}"
        return BulkResult(bulk.id, said, back, complete=False)
    if not bulk.count:
        return BulkResult(0, NOTHING_TO_UNDO, back)
    return BulkResult(0, "Undone" if changed == bulk.count else f"Undone for {of}", back)


def kept_result(bulk: Bulk) -> BulkResult:
    """The page of a bulk change that can still be undone."""
    if bulk.kind == DELETE_SEARCH:
        return (
            search_deleted(bulk.id, json.loads(bulk.value)[0])
            if bulk.value
            else search_restored("")
        )
    if bulk.kind == CLEANUP:
        return (
            cleanup_scheduled(bulk.id, len(json.loads(bulk.value)))
            if bulk.value
            else cleanup_undone(False)
        )
    if bulk.kind == DELETE_TAG and bulk.count:
        return tag_deleted(bulk.id, bulk.value, bulk.count)
    if bulk.kind == DELETE_TAG:
        return BulkResult(0, f"Tag “{bulk.value}” restored", TAGS)
    if not bulk.count:
        return BulkResult(0, NOTHING_TO_UNDO)
    return BulkResult(bulk.id, _said(bulk.kind, bulk.value, bulk.count, "changed on"))


def _said(kind: str, value: str, count: int, tag_verb: str) -> str:
    videos = formatting.plural(count, "video")
    if kind == "tag":
        return f"Tag “{value}” {tag_verb} {videos}"
    if value in ACTIONS:
        return ACTIONS[value].done.format(videos)
    return f"{videos} rated {formatting.plural(int(value), 'star')}"

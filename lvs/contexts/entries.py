"""Items in a narrow list beside a player: those up next, and related ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lvs import formatting
from lvs.contexts.cards import ThumbnailContext, card_context, marks_context
from lvs.folders import Folders
from lvs.models import NO_MARKS, Card, Marks
from lvs.store import Connection, marks
from lvs.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    """`id` is that of its element. `line` is under the title: what the viewer has seen of it, or
    why it can't be played. `seen_percent` is 0 for what was not started."""

    id: str
    title: str
    url: str
    thumbnail: ThumbnailContext
    duration: str
    state: str
    line: str
    seen_percent: int
    is_current: bool = False


def entry(prefix: str, folders: Folders, card: Card, own: Marks) -> Entry:
    context = card_context(card, folders, date.today())  # noqa: DTZ011
    seen = marks_context(card, own)
    line = context.reason
    if not line and seen.resume_s:
        line = seen.time
    elif not line and seen.watched:
        line = seen.seen.capitalize()
    return Entry(
        id=f"{prefix}-{card.id}",
        title=card.title,
        url=context.url,
        thumbnail=context.thumbnail,
        duration=formatting.duration(card.duration_s),
        state=context.state,
        line=line,
        seen_percent=seen.seen_percent if seen.resume_s else 0,
    )


def entries(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    prefix: str,
    ids: Sequence[int],
    cards: Mapping[int, Card],
) -> list[Entry]:
    """The entries of those `ids` that have a card, in order; the ids of elements have the
    `prefix`."""
    own = marks.of_items(conn, viewer, cards)
    return [
        entry(prefix, folders, cards[id_], own.get(id_, NO_MARKS)) for id_ in ids if id_ in cards
    ]

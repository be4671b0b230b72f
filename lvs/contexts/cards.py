"""The card of a video: its context, and its HTML rendered once per version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from markupsafe import Markup

from lvs import formatting, kinds, paths
from lvs.folders import Folders
from lvs.kinds.kind import CardExtras
from lvs.models import LONGEST_S, Card, Folder, Marks
from lvs.store import Connection, items
from lvs.store.playback import WORTH_RESUMING_S
from lvs.urls import page_url, thumbnail_url
from lvs.viewer import Viewer

NEW_DAYS = 7

Copy = tuple[int, str]  # root and path of a file


class CardRenderer(Protocol):
    """Renders cards, by video and version."""

    def render(
        self,
        conn: Connection,
        viewer: Viewer,
        wanted: Sequence[tuple[int, int]],
        folder: Folder | None = None,
        *,
        selectable: bool = True,
    ) -> list[Markup]:
        """The HTML of cards by (id, version), in order, as a folder's list has them, with the
        viewer's marks."""


@dataclass(frozen=True, slots=True)
class ThumbnailContext:
    """What is drawn in place of a card's thumbnail, and on it.

    `url` is of 320 pixels, `large` of 640, empty while there are none. `shape` is of the kind.
    """

    url: str
    large: str
    preview: str
    shape: str
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardContext:
    """What `_card.html` shows to everybody. `state` is ready, waiting, failed, offline or missing,
    `reason` says why; `line` is what stands below the title while it is ready: the year in which
    it was recorded, unless it is this one. `folder` is the name of the one it is in."""

    id: int
    media_hash: str
    title: str
    url: str
    state: str
    reason: str
    thumbnail: ThumbnailContext
    line: str
    folder: str
    age: str
    added_at: str
    views: str


@dataclass(frozen=True, slots=True)
class MarksContext:
    """What `_marks.html` shows: an item's name, and the viewer's own data of it.

    `rating` is 0 for none; `resume_s` is where playback resumes, 0 for the start. `time` is the
    length, or how much is left. `is_new` is an item of the last days until it is played.
    """

    id: int
    media_hash: str
    title: str
    rating: int
    favorite: bool
    resume_s: int
    seen_percent: int
    watched: bool
    seen: str
    time: str
    is_new: bool


def card_context(card: Card, folders: Folders, today: date) -> CardContext:
    offline = (
        folders.roots[card.file.root_id].offline_since
        if card.file.root_id in folders.roots
        else None
    )
    state, reason = _state(card, offline)
    extras = kinds.KINDS[card.kind].card_extras(card.facts)
    year = (card.probed.recorded_at or "")[:4]
    if year == f"{today:%Y}":
        year = ""
    return CardContext(
        id=card.id,
        media_hash=card.media_hash,
        title=card.title,
        url=page_url(folders, card),
        state=state,
        reason=reason,
        thumbnail=_thumbnail(card, extras, state),
        line=" · ".join(filter(None, (*extras.line, year))),
        folder=paths.to_words(card.file.path.rpartition("/")[0].rpartition("/")[2]),
        age=formatting.age(card.added_at, today),
        added_at=formatting.iso(card.added_at),
        views=formatting.plural(card.views, "view") if card.views else "",
    )


def _thumbnail(card: Card, extras: CardExtras, state: str) -> ThumbnailContext:
    browsers = kinds.KINDS[card.kind].browsers
    plays = state != "ready" or not browsers or browsers.can_play(card.probed.container, card.facts)
    return ThumbnailContext(
        url=thumbnail_url(card, 320),
        large=thumbnail_url(card, 640) if card.thumbnail.key else "",
        preview=card.thumbnail.preview or "",
        shape=extras.shape,
        badges=extras.badges if plays else (*extras.badges, "Can't play"),
    )


def marks_context(card: Card, marks: Marks) -> MarksContext:
    at_s = resume_s(marks.position_s)
    return MarksContext(
        id=card.id,
        media_hash=card.media_hash,
        title=card.title,
        rating=marks.rating or 0,
        favorite=marks.favorite,
        resume_s=at_s,
        seen_percent=min(100, round(100 * at_s / (card.duration_s or at_s or 1))),
        watched=marks.watched,
        seen=kinds.KINDS[card.kind].words.seen,
        time=_time(card, at_s),
        is_new=not (marks.is_played or card.views) and _is_new(card),
    )


def _time(card: Card, resume_s: int) -> str:
    if resume_s and card.duration_s:
        return formatting.time_left(card.duration_s - resume_s)
    return formatting.running_time(card.duration_s)


def _is_new(card: Card) -> bool:
    today = date.today()  # noqa: DTZ011 - the household's own day
    return (today - formatting.local_date(card.added_at)).days < NEW_DAYS


def resume_s(position_s: float) -> int:
    """Whole seconds to resume from; 0 near the start, and for infinity."""
    return int(position_s) if WORTH_RESUMING_S <= position_s <= LONGEST_S else 0


def _state(card: Card, offline_since: int | None) -> tuple[str, str]:
    if card.file.missing_since is not None:
        return "missing", f"File missing {formatting.since(card.file.missing_since)}"
    if offline_since is not None:
        return "offline", f"Folder offline {formatting.since(offline_since)}"
    if card.probed.error:
        return "failed", card.probed.error
    return ("ready" if card.thumbnail.key else "waiting"), ""


def as_in(conn: Connection, cards: Mapping[int, Card], folder: Folder | None) -> dict[int, Card]:
    """Cards as a folder has them: a video with several files is named by the one in it."""
    copies = items.files_within(conn, folder, cards) if folder is not None else {}
    return {
        id_: as_copy(card, copies[id_]) if id_ in copies else card for id_, card in cards.items()
    }


def as_copy(card: Card, copy: Copy | None) -> Card:
    if copy is None:
        return card
    root_id, path = copy
    title = card.facts.get("title") or paths.title_of(path)
    return replace(card, file=replace(card.file, root_id=root_id, path=path), title=title)

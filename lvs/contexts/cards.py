"""The card of a video: its context, and its HTML rendered once per version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from lvs import paths
from lvs.caches import Cache
from lvs.contexts import words
from lvs.contexts.qualifiers import LONGEST_S
from lvs.contexts.templates import Templates
from lvs.library.library import Library
from lvs.models import Card, Folder
from lvs.store import videos
from lvs.store.playback import WORTH_RESUMING_S

KEPT = 4_000

Copy = tuple[int, str]  # root and path of a file
# Video, version, day, folders that are away, the copy shown in place of the video's own file, and
# whether the card can be selected.
Key = tuple[int, int, int, frozenset[int], Copy | None, bool]


@dataclass(frozen=True, slots=True)
class CardContext:
    """What `_card.html` shows. `state` is ready, waiting, failed, away or missing.

    `rating` is the user's own, 0 for none; `resume_s` is where to go on, 0 for the start;
    `in_words` is what is drawn on the picture.
    """

    id: int
    media_hash: str
    title: str
    url: str
    state: str
    reason: str
    picture: str
    picture_large: str
    preview: str
    duration: str
    badges: tuple[str, ...]
    in_words: str
    age: str
    added_at: str
    views: str
    portrait: bool
    rating: int
    favorite: bool
    resume_s: int
    seen_percent: int
    watched: bool


def card_context(card: Card, library: Library, today: date) -> CardContext:
    away = library.roots[card.root_id].away_since if card.root_id in library.roots else None
    state, reason = _state(card, away)
    badges, duration = _badges(card, today), words.duration(card.duration_s)
    seen_percent = round(100 * resume_s(card) / (card.duration_s or 1))
    seen = f"{seen_percent} % watched" if resume_s(card) else ""
    return CardContext(
        id=card.id,
        media_hash=card.media_hash,
        title=card.title,
        url=watch_url(library, card),
        state=state,
        reason=reason,
        picture=thumbnail_url(card, 320),
        picture_large=thumbnail_url(card, 640) if card.thumbnail else "",
        preview=card.preview or "",
        duration=duration,
        badges=badges,
        in_words=", ".join(filter(None, (duration, *badges, seen))),
        age=words.age(card.added_at, today),
        added_at=words.iso(card.added_at),
        views=words.plural(card.views, "view") if card.views else "",
        portrait=bool(card.width and card.height and card.height > card.width),
        rating=card.rating or 0,
        favorite=card.favorite,
        resume_s=resume_s(card),
        seen_percent=seen_percent,
        watched=card.watched,
    )


def resume_s(card: Card) -> int:
    """Whole seconds to go on from; 0 where going on would gain nothing, or for what is no position,
    such as infinity."""
    return int(card.position_s) if WORTH_RESUMING_S <= card.position_s <= LONGEST_S else 0


def watch_url(library: Library, card: Card) -> str:
    return "/watch/" + paths.to_url(library.filename(card.root_id, card.path))


def thumbnail_url(card: Card, width: int, extension: str = "webp") -> str:
    """With `v`, kept for ever; without, the placeholder that tells us somebody is looking."""
    url = f"/thumbnails/{card.media_hash}/{width}.{extension}"
    return f"{url}?v={card.thumbnail}" if card.thumbnail else url


def _state(card: Card, away_since: int | None) -> tuple[str, str]:
    if card.file_missing_since is not None:
        return "missing", f"File missing {words.since(card.file_missing_since)}"
    if away_since is not None:
        return "away", f"Folder offline {words.since(away_since)}"
    if card.probe_error:
        return "failed", card.probe_error
    return ("ready" if card.thumbnail else "waiting"), ""


def _badges(card: Card, today: date) -> tuple[str, ...]:
    shape = words.resolution(card.width, card.height)
    badges = [
        "new" if (today - words.local_date(card.added_at)).days < 1 else "",
        shape,
        "HDR" if card.hdr else "",
        words.projection(card.projection),
        "3D" if card.stereo != "mono" else "",
    ]
    return tuple(filter(None, badges))


def as_in(
    conn: sqlite3.Connection, cards: Mapping[int, Card], folder: Folder | None
) -> dict[int, Card]:
    """Cards as a folder has them: a video with several files is named by the one in it."""
    copies = videos.files_within(conn, folder, cards) if folder is not None else {}
    return {
        id_: _as_copy(card, copies[id_]) if id_ in copies else card for id_, card in cards.items()
    }


def _as_copy(card: Card, copy: Copy | None) -> Card:
    if copy is None:
        return card
    root_id, path = copy
    return replace(card, root_id=root_id, path=path, title=paths.title_of(path))


class Cards:
    """Card HTML by video and version.

    The key holds all that the HTML depends on: the row's version, the day (for ages), which folders
    are away, and which file it names. Nothing is ever stale; entries of old versions fall out.
    """

    def __init__(self, templates: Templates, library: Library, kept: int = KEPT) -> None:
        self._templates = templates
        self._library = library
        self.cache: Cache[Key, Markup] = Cache(kept)

    def render(
        self,
        conn: sqlite3.Connection,
        wanted: Sequence[tuple[int, int]],
        folder: Folder | None = None,
        *,
        selectable: bool = True,
    ) -> list[Markup]:
        """HTML of cards given as (id, version), in order, as a folder's list has them; the store is
        asked for misses alone. Those beside a video cannot be selected."""
        today = date.today()  # noqa: DTZ011 - the household's own day
        day, away = today.toordinal(), self._library.away_ids
        ids = [video_id for video_id, _ in wanted]
        copies = videos.files_within(conn, folder, ids) if folder is not None else {}
        keys = [(id_, version, day, away, copies.get(id_), selectable) for id_, version in wanted]
        found = {key: self.cache.get(key) for key in keys}
        missing = [key for key, html in found.items() if html is None]
        if missing:
            found |= self._make(conn, missing, today)
        return [html for key in keys if (html := found[key]) is not None]

    def _make(
        self, conn: sqlite3.Connection, missing: Sequence[Key], today: date
    ) -> dict[Key, Markup]:
        cards = videos.cards(conn, [key[0] for key in missing])
        made = {}
        for key in missing:
            if key[0] in cards:
                card = _as_copy(cards[key[0]], key[4])
                context = card_context(card, self._library, today)
                html = self._templates.render(
                    "partials/_card.html", card=context, selectable=key[5]
                )
                made[key] = Markup(html)
                self.cache.put(key, made[key])
        return made

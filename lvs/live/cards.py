"""The HTML of cards: the part that all viewers share, rendered once per version of a video, and
the marks of one viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from markupsafe import Markup, escape

from lvs.caches import Cache
from lvs.contexts.cards import Copy, MarksContext, as_copy, card_context, marks_context
from lvs.folders import Folders
from lvs.http.templating import Templates
from lvs.models import NO_MARKS, Card, Folder, Marks
from lvs.store import Connection, items, marks, visibility
from lvs.viewer import EVERYTHING, Audience, Viewer

KEPT = 4_000
MARKS_KEPT = 2_000
_GAP = "\0"  # no title has it: where the marks are in a rendered card
_ID, _HASH, _TITLE = "\1", "\2", "\3"  # an item's names in marks that are rendered for several

# Video, version, day, offline folders, the copy shown in place of the video's own file, and
# whether the card can be selected.
Key = tuple[int, int, int, frozenset[int], Copy | None, bool]


@dataclass(frozen=True, slots=True)
class SharedCard:
    """A card without anybody's data: `before` and `after` the marks. `blank` is the whole card with
    the marks of all viewers who have no data of the video. `card` is what marks are named after."""

    card: Card
    before: str
    after: str
    blank: Markup


class Cards:
    """Card HTML by video and version.

    The key holds all that the shared part depends on: the row's version, the day (for ages), which
    folders are offline, and which file it names. Nothing is ever stale; entries of old versions
    fall out. Marks are kept by all that they show but the item's names.
    """

    def __init__(self, templates: Templates, folders: Folders, kept: int = KEPT) -> None:
        self._templates = templates
        self._folders = folders
        self.cache: Cache[Key, SharedCard] = Cache(kept)
        self.marks_cache: Cache[MarksContext, str] = Cache(MARKS_KEPT)

    def render(
        self,
        conn: Connection,
        viewer: Viewer,
        wanted: Sequence[tuple[int, int]],
        folder: Folder | None = None,
        *,
        selectable: bool = True,
        with_marks: bool = True,
    ) -> list[Markup]:
        """HTML of cards given as (id, version), in order, as a folder's list has them, with the
        viewer's marks or blank ones; the store is asked for misses alone. Those beside a video
        cannot be selected."""
        shared = self._shared(conn, viewer.audience, wanted, folder, selectable=selectable)
        ids = [card.card.id for card in shared]
        own = marks.of_items(conn, viewer, ids) if with_marks else {}
        return [self._join(card, own.get(card.card.id)) for card in shared]

    def render_marks(self, card: Card, own: Marks) -> str:
        """The marks of a viewer on a card. Those of two items that differ in their names alone are
        rendered once: it would take as long as the card."""
        context = marks_context(card, own)
        unnamed = replace(context, id=cast(int, _ID), media_hash=_HASH, title=_TITLE)
        html = self.marks_cache.get(unnamed)
        if html is None:
            html = self._templates.render("partials/_marks.html", marks=unnamed)
            self.marks_cache.put(unnamed, html)
        named = html.replace(_ID, str(context.id)).replace(_HASH, context.media_hash)
        return named.replace(_TITLE, escape(context.title))  # last: it may have any character

    def _join(self, shared: SharedCard, own: Marks | None) -> Markup:
        if own is None:
            return shared.blank
        return Markup(shared.before + self.render_marks(shared.card, own) + shared.after)

    def _shared(
        self,
        conn: Connection,
        audience: Audience,
        wanted: Sequence[tuple[int, int]],
        folder: Folder | None,
        *,
        selectable: bool,
    ) -> list[SharedCard]:
        """Those of the cards that are there, in order."""
        today = date.today()  # noqa: DTZ011 - the household's own day
        day, offline = today.toordinal(), self._folders.offline_ids
        ids = [item_id for item_id, _ in wanted]
        copies = visibility.copies(conn, audience, ids)
        if folder is not None:
            copies |= items.files_within(conn, folder, ids)
        keys = [
            (id_, version, day, offline, copies.get(id_), selectable) for id_, version in wanted
        ]
        found: Mapping[Key, SharedCard | None] = self.cache.get_all(keys)
        missing = [key for key, card in found.items() if card is None]
        if missing:
            found = {**found, **self._make(conn, missing, today)}
        return [card for key in keys if (card := found[key]) is not None]

    def _make(self, conn: Connection, missing: Sequence[Key], today: date) -> dict[Key, SharedCard]:
        cards = items.cards(
            conn, EVERYTHING, [key[0] for key in missing]
        )  # each is named by its key
        made = {}
        for key in missing:
            if key[0] in cards:
                card = as_copy(cards[key[0]], key[4])
                html = self._templates.render(
                    "partials/_card.html",
                    card=card_context(card, self._folders, today),
                    marks=Markup(_GAP),
                    selectable=key[5],
                )
                before, after = html.split(_GAP)
                blank = Markup(before + self.render_marks(card, NO_MARKS) + after)
                made[key] = SharedCard(card, before, after, blank)
                self.cache.put(key, made[key])
        return made

"""Feeds: what one kind of page shows live, and the fragments that bring it up to date.

A push is a hint and the store is the truth: a message says where each card stands in that page's
own list, and may be applied twice without harm.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lvs import formatting
from lvs.activity import Activity
from lvs.contexts.cards import as_in, marks_context
from lvs.contexts.copies import words_for_copies
from lvs.contexts.gallery import failed_context, summary_context
from lvs.contexts.stage import stage_context
from lvs.contexts.status import Status, status_context
from lvs.contexts.up_next import up_next_context
from lvs.contexts.watch import about_context, related_entries
from lvs.errors import NotFoundError
from lvs.events import Event
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.templating import Templates
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import Listing, folder_of, resolve
from lvs.live.cards import Cards
from lvs.models import NO_MARKS
from lvs.store import Connection, gallery, items, marks
from lvs.viewer import EVERYTHING, Viewer

CARDS_AT_MOST = 60  # with more, it is cheaper for a page to fetch its list again

# These may take other items out of a list.
_MAY_LEAVE = {"item.removed", "folder.updated"}
# These leave the summary of an unfiltered list unchanged.
_OF_MARKS = ("item.marked", "saved_search.updated")
OF_CARDS = ("item.updated", "item.marked", "saved_search.updated")


class ResyncRequiredError(Exception):
    """More has changed than a message should carry: the page fetches its region again."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What feeds render with."""

    folders: Folders
    activity: Activity
    cards: Cards
    templates: Templates


class Feed(Hashable, Protocol):
    """The updates that a kind of page needs, for one viewer. Equal feeds share one rendering."""

    @property
    def viewer(self) -> Viewer:
        """Whose pages they are."""

    @property
    def shared_key(self) -> Hashable:
        """Feeds with equal keys share what `update` returns."""

    @property
    def is_personal(self) -> bool:
        """Whether `update_own` has all of it, also what shared events change."""

    def concerns(self, event: Event) -> bool:
        """Whether an event, shared or the viewer's own, may change these pages."""

    def update(self, conn: Connection, context: RenderContext, events: list[Event]) -> str:
        """Fragments for shared events, the same for all with the same `shared_key`; empty for
        none. Raises ResyncRequiredError."""

    def update_own(
        self,
        conn: Connection,
        context: RenderContext,
        shared_events: list[Event],
        own_events: list[Event],
    ) -> str:
        """Fragments for the viewer alone, to be applied after those of `update`."""

    def status(self, context: RenderContext) -> str:
        """Fragments of the library's present state; empty for pages that show none."""

    @property
    def is_costly(self) -> bool:
        """Whether its messages take long to render: those of others go first."""


@dataclass(frozen=True, slots=True)
class GalleryFeed:
    """A gallery page: cards enter, leave and move in this query's own order.

    The cards of a list that is the same for everybody are sent with blank marks to all, and each
    viewer's marks after them. A personal list, such as favorites, is its viewer's alone.
    """

    viewer: Viewer
    query: GalleryQuery

    @property
    def shared_key(self) -> Hashable:
        return (self.query, self.viewer if self.is_personal else self.viewer.audience)

    @property
    def is_personal(self) -> bool:
        return self.query.is_personal

    def concerns(self, event: Event) -> bool:
        return not event.is_average or self.query.uses_average

    def update(self, conn: Connection, context: RenderContext, events: list[Event]) -> str:
        return "" if self.is_personal else self._update(conn, context, events, with_marks=False)

    def update_own(
        self,
        conn: Connection,
        context: RenderContext,
        shared_events: list[Event],
        own_events: list[Event],
    ) -> str:
        if self.is_personal:
            return self._update(conn, context, [*shared_events, *own_events], with_marks=True)
        parts = []
        renamed = any(event.topic == "saved_search.updated" for event in own_events)
        if renamed and self.query.is_filtered:  # the name of the list may be that of a search
            listing = resolve(conn, self.viewer, context.folders, self.query)
            parts.append(self._summary(conn, context, listing))
        touched = items_of(own_events)
        if len(touched) > CARDS_AT_MOST:
            raise ResyncRequiredError
        parts += _marks(
            conn, context, self.viewer, self.query.folder, touched, items_of(shared_events)
        )
        return "".join(parts)

    def _update(
        self,
        conn: Connection,
        context: RenderContext,
        events: list[Event],
        *,
        with_marks: bool,
    ) -> str:
        touched = items_of(events)
        topics = {event.topic for event in events}
        if len(touched) > CARDS_AT_MOST or "folder.availability" in topics:
            raise ResyncRequiredError
        try:
            listing = resolve(conn, self.viewer, context.folders, self.query)
            parts = self._cards(conn, context, listing, touched, with_marks=with_marks)
        except NotFoundError:
            raise ResyncRequiredError from None
        # A folder's head and tiles show thumbnails, and how long all of it is.
        follows_cards = self.query.is_filtered or (self.query.folder and "item.updated" in topics)
        if follows_cards or topics.difference(OF_CARDS):
            parts.append(self._summary(conn, context, listing))
        if topics.difference(_OF_MARKS):
            failed = failed_context(conn, context.cards, listing)
            html = context.templates.render("partials/_failed.html", failed=failed)
            parts.append(responses.partial("#failed", html))
        copied = items_of(event for event in events if event.topic == "item.copied")
        if copied and (said := words_for_copies(conn, listing.spec, sorted(copied))):
            html = context.templates.render("partials/_toast.html", words=said)
            parts.append(responses.partial("#notices", html, "beforeend"))
        return "".join(parts)

    def _cards(
        self,
        conn: Connection,
        context: RenderContext,
        listing: Listing,
        touched: Iterable[int],
        *,
        with_marks: bool,
    ) -> list[str]:
        spec = listing.readable
        keys = {video: gallery.sort_key_of(conn, spec, video) for video in touched}
        parts = [
            responses.partial(f"#v-{video}", "", "delete")
            for video, key in keys.items()
            if key is None
        ]
        found = items.cards(
            conn, EVERYTHING, [video for video, key in keys.items() if key is not None]
        )
        placed = [(key, found[video]) for video, key in keys.items() if key is not None]
        # Last in the list first: each is put before one that the page already has.
        placed.sort(key=lambda item: item[0], reverse=not gallery.is_descending(conn, spec))
        for key, card in placed:
            following = gallery.next_id(conn, spec, key)
            where = f"before:v-{following}" if following is not None else "before:end"
            wanted = [(card.id, card.version)]
            html = "".join(
                context.cards.render(
                    conn, self.viewer, wanted, listing.folder, with_marks=with_marks
                )
            )
            parts.append(responses.partial("#grid", html, f"place {where}"))
        return parts

    def _summary(self, conn: Connection, context: RenderContext, listing: Listing) -> str:
        total = gallery.count(conn, listing.spec)
        summary = summary_context(conn, context.folders, listing, total)
        status = status_context(context.activity, context.folders, self.viewer.audience, self.query)
        render = context.templates.render
        return "".join(
            (
                responses.partial("#summary", render("partials/_summary.html", summary=summary)),
                responses.partial(
                    "#empty", render("partials/_empty.html", summary=summary, status=status)
                ),
                responses.partial("#bulk-total", formatting.number(total), "innerHTML"),
            )
        )

    def status(self, context: RenderContext) -> str:
        status = status_context(context.activity, context.folders, self.viewer.audience, self.query)
        return status_partial(context, status)

    @property
    def is_costly(self) -> bool:
        return self.query.is_filtered


class OwnFeed:
    """What feeds have in common of which all is one viewer's own: nothing is shared with others."""

    __slots__ = ()

    @property
    def shared_key(self) -> Hashable:
        return self

    @property
    def is_personal(self) -> bool:
        return True

    def update(self, conn: Connection, context: RenderContext, events: list[Event]) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class WatchFeed(OwnFeed):
    """A watch page: its video, the list that the person came from, and related videos.

    `came_from` is None for the video's own folder; `shown` are the related videos.
    The way to the neighbours and back is the viewer's own, so all of it is.
    """

    viewer: Viewer
    item_id: int
    came_from: GalleryQuery | None = None
    shown: frozenset[int] = frozenset()

    def concerns(self, event: Event) -> bool:
        if event.is_average:
            uses_average = self.came_from is not None and self.came_from.uses_average
            return uses_average and event.item_id == self.item_id
        return True

    def update_own(
        self,
        conn: Connection,
        context: RenderContext,
        shared_events: list[Event],
        own_events: list[Event],
    ) -> str:
        parts = [*self._of_video(conn, context, shared_events, own_events)]
        touched = items_of(shared_events) | items_of(own_events)
        related = sorted(touched & self.shown)
        for one in related_entries(conn, self.viewer, context.folders, related):
            html = context.templates.render("partials/_entry.html", entry=one)
            parts.append(responses.partial(f"#{one.id}", html))
        return "".join(parts)

    def _of_video(
        self,
        conn: Connection,
        context: RenderContext,
        shared_events: list[Event],
        own_events: list[Event],
    ) -> Iterator[str]:
        topics = {event.topic for event in shared_events}
        touched, own_touched = items_of(shared_events), items_of(own_events)
        marked = self.item_id in own_touched
        is_shown = self.item_id in touched or "folder.availability" in topics
        try:
            details = items.details(conn, self.viewer.audience, self.item_id)
        except NotFoundError:  # it was deleted: its page shows that at the next request
            raise ResyncRequiredError from None
        own = marks.of_item(conn, self.viewer, self.item_id)
        render = context.templates.render
        if is_shown:
            stage = stage_context(context.folders, details, own, self.came_from, None)
            yield responses.partial("#stage", render("partials/_stage.html", stage=stage))
            about = about_context(conn, self.viewer, context.folders, details, self.came_from)
            yield responses.partial("#about", render("partials/_about.html", about=about))
        elif marked:
            html = render("partials/_own_marks.html", marks=marks_context(details.card, own))
            yield responses.partial(f"#marks-{self.item_id}", html)
        up_next = up_next_context(conn, self.viewer, context.folders, details.card, self.came_from)
        is_personal = self.came_from is not None and self.came_from.is_personal
        moves = topics & _MAY_LEAVE or (is_personal and own_touched)
        if is_shown or moves or up_next.ids & (touched | own_touched):
            yield responses.partial("#up-next", render("partials/_up_next.html", up_next=up_next))

    def status(self, context: RenderContext) -> str:
        return ""

    @property
    def is_costly(self) -> bool:
        return False


def status_partial(context: RenderContext, status: Status) -> str:
    return responses.partial(
        "#status", context.templates.render("partials/_status.html", st=status)
    )


def items_of(events: Iterable[Event]) -> set[int]:
    return {event.item_id for event in events if event.item_id is not None}


def _marks(
    conn: Connection,
    context: RenderContext,
    viewer: Viewer,
    folder_name: str,
    marked: set[int],
    sent: set[int],
) -> Iterator[str]:
    """The viewer's marks of cards: of all that were `marked`, and of those cards `sent` without
    marks that have some."""
    own = marks.of_items(conn, viewer, marked | sent)
    cards = items.cards(conn, viewer.audience, marked | own.keys())
    folder = folder_of(conn, viewer, context.folders, folder_name)
    for item_id, card in as_in(conn, cards, folder).items():
        html = context.cards.render_marks(card, own.get(item_id, NO_MARKS))
        yield responses.partial(f"#marks-{item_id}", html)

"""The page of an item: its player, what is said about it, the list it is in, related items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lvs import formatting, kinds, paths
from lvs.contexts.cards import CardContext, MarksContext, card_context, marks_context
from lvs.contexts.entries import Entry, entries
from lvs.contexts.gallery import Link
from lvs.contexts.navigation import nav_url_of
from lvs.contexts.stage import Playability, Stage, page_part, playability, stage_context
from lvs.contexts.up_next import UpNext, crumbs, own_folder, up_next_context
from lvs.folders import Folders
from lvs.kinds.page import PagePart
from lvs.listing.query import GalleryQuery
from lvs.models import ItemDetails, Tag
from lvs.store import Connection, items, marks, related, saved_searches, tags
from lvs.store.related import Related
from lvs.viewer import Viewer

RELATED_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    entry: Entry
    reason: str


@dataclass(frozen=True, slots=True)
class About:
    """What is said about the item.

    `part` is what its kind adds, for the controls in `template`; `summary` is one line of facts,
    `seen` the kind's word for watched.
    """

    card: CardContext
    marks: MarksContext
    crumbs: tuple[Link, ...]
    duration: str
    play: Playability
    summary: tuple[str, ...]
    facts: tuple[Fact, ...]
    tags: tuple[Tag, ...]
    again: str
    part: PagePart
    template: str
    seen: str


@dataclass(frozen=True, slots=True)
class Watch:
    """The page, a context per region; pushes replace each by itself. `nav_url` is the link in the
    navigation to where it is."""

    stage: Stage
    about: About
    up_next: UpNext
    related: tuple[RelatedEntry, ...]
    feed: str
    nav_url: str


def watch_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    item_id: int,
    came_from: GalleryQuery | None,
    *,
    start_s: int | None,
    since: int,
) -> Watch:
    """The page of an item. Up next is the list that the person came from; None is the folder that
    the item is in."""
    details = items.details(conn, viewer.audience, item_id)
    if came_from == own_folder(folders, details.card):
        came_from = None
    found = related.related(conn, viewer.audience, details.card.id, RELATED_SHOWN)
    own = marks.of_item(conn, viewer, details.card.id)
    place = came_from or own_folder(folders, details.card)
    return Watch(
        stage=stage_context(folders, details, own, came_from, start_s),
        about=about_context(conn, viewer, folders, details, came_from),
        up_next=up_next_context(conn, viewer, folders, details.card, came_from),
        related=_related(conn, viewer, folders, found),
        feed=_address(
            "/events",
            details.card.media_hash,
            came_from,
            cards=".".join(str(video.item_id) for video in found),
            since=since,
        ),
        nav_url=nav_url_of(place, saved_searches.saved(conn, viewer)),
    )


def about_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    details: ItemDetails,
    came_from: GalleryQuery | None,
) -> About:
    card = details.card
    context = card_context(card, folders, date.today())  # noqa: DTZ011
    part = page_part(details)
    return About(
        card=context,
        marks=marks_context(card, marks.of_item(conn, viewer, card.id)),
        crumbs=crumbs(folders, card),
        duration=formatting.running_time(card.duration_s),
        play=playability(folders, card, context, part),
        summary=tuple(filter(None, _summary(details, part))),
        facts=tuple(_facts(details, folders, part)),
        tags=tuple(tags.of_item(conn, card.id)),
        again=_address("/partials/watch", card.media_hash, came_from),
        part=part,
        template=f"kinds/{card.kind}/controls.html",
        seen=kinds.KINDS[card.kind].words.seen,
    )


def related_entries(
    conn: Connection, viewer: Viewer, folders: Folders, ids: Sequence[int]
) -> list[Entry]:
    """The entries of related items, as their own pages have them."""
    return entries(conn, viewer, folders, "related", ids, items.cards(conn, viewer.audience, ids))


def _address(path: str, media_hash: str, came_from: GalleryQuery | None, **more: str | int) -> str:
    """An address about a video in the list that the person came from."""
    if came_from is None:
        return GalleryQuery().url(path, video=media_hash, **more)
    return came_from.url(path, video=media_hash, list=1, **more)


def _related(
    conn: Connection, viewer: Viewer, folders: Folders, found: Sequence[Related]
) -> tuple[RelatedEntry, ...]:
    reasons = {f"related-{it.item_id}": _reason(it) for it in found}
    shown = related_entries(conn, viewer, folders, [it.item_id for it in found])
    return tuple(RelatedEntry(one, reasons[one.id]) for one in shown)


def _reason(video: Related) -> str:
    """Why a video is shown, the weightiest first."""
    if video.shared_tags:
        return f"{formatting.plural(video.shared_tags, 'tag')} in common"
    if video.shared_words:
        return "Similar title"
    return "Same folder"


def _summary(details: ItemDetails, part: PagePart) -> list[str]:
    card = details.card
    added = f"added {card_day(card.added_at)}"
    return [*part.summary, formatting.size(card.file.size), added]


def _facts(details: ItemDetails, folders: Folders, part: PagePart) -> list[Fact]:
    card = details.card
    copies = [
        paths.to_words(folders.filename(file.root_id, file.path))
        for file in details.files
        if file.missing_since is None
    ]
    facts = [
        Fact("Duration", formatting.duration(card.duration_s)),
        *(Fact(name, value) for name, value in part.facts),
        Fact("Size", formatting.size(card.file.size)),
        Fact("Recorded", (details.card.probed.recorded_at or "")[:10]),
        Fact("Added", card_day(card.added_at)),
        Fact("Files" if len(copies) > 1 else "File", " · ".join(copies) or card.file.path),
    ]
    return [fact for fact in facts if fact.value]


def card_day(at_ms: int) -> str:
    day = formatting.local_date(at_ms)
    return f"{day.day} {day:%B %Y}"

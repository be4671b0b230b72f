"""The page of an item: its player, its facts, its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from lvs import formatting, kinds, paths
from lvs.contexts.cards import (
    CardContext,
    CardRenderer,
    MarksContext,
    as_in,
    card_context,
    marks_context,
    resume_s,
)
from lvs.contexts.gallery import Link
from lvs.contexts.navigation import list_name
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.kinds.page import PagePart
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import resolve
from lvs.models import Card, ItemDetails, Tag
from lvs.store import (
    Connection,
    gallery,
    items,
    marks,
    related,
    saved_searches,
    tags,
)
from lvs.store.list_plan import ListSpec
from lvs.store.related import Related
from lvs.urls import media_url, page_url, thumbnail_url
from lvs.viewer import Viewer

RELATED_SHOWN = 12

_FILE_MISSING = ("missing", "offline")  # states of a card


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RelatedCard:
    card: Markup
    reason: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The player, or why there is none. `trouble` says what a browser can't play of this file, or
    is empty. `can_play` is false when there is no player, `can_download` when the file is missing.
    `part` is what the item's kind adds, for the player in `template`.
    """

    card: CardContext
    can_play: bool
    can_download: bool
    trouble: str
    media_url: str
    thumbnail: str
    start_s: int
    list: str
    part: PagePart
    template: str


@dataclass(frozen=True, slots=True)
class ListLinks:
    """The ways from an item to the list it is shown in, and to its neighbours there. Empty where
    there is none."""

    back: Link
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class About:
    """What is said about the item, and the way to its neighbours in the list.

    `part` is what its kind adds, for the controls in `template`; `seen` is its word for watched.
    """

    card: CardContext
    marks: MarksContext
    trouble: str
    can_play: bool
    media_url: str
    facts: tuple[Fact, ...]
    tags: tuple[Tag, ...]
    links: ListLinks
    again: str
    part: PagePart
    template: str
    seen: str


@dataclass(frozen=True, slots=True)
class Watch:
    """The page, a context per region; pushes replace `stage` and `about` each by itself. `resume_s`
    is where playback can be resumed, 0 for nowhere."""

    stage: Stage
    resume_s: int
    about: About
    related: tuple[RelatedCard, ...]
    feed: str


def watch_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    cards: CardRenderer,
    item_id: int,
    came_from: GalleryQuery | None,
    *,
    start_s: int,
    since: int,
) -> Watch:
    """The page of an item. Next and previous keep to the list that the person came from; None is
    the folder that the item is in."""
    details = items.details(conn, viewer.audience, item_id)
    if came_from == _own_folder(folders, details.card):
        came_from = None
    found = related.related(conn, viewer.audience, details.card.id, RELATED_SHOWN)
    own = marks.of_item(conn, viewer, details.card.id)
    return Watch(
        stage=stage_context(folders, details, came_from, start_s=start_s),
        resume_s=resume_s(own.position_s),
        about=about_context(conn, viewer, folders, details, came_from),
        related=_related(conn, viewer, cards, found),
        feed=_address(
            "/events",
            details.card.media_hash,
            came_from,
            cards=".".join(str(video.item_id) for video in found),
            since=since,
        ),
    )


def stage_context(
    folders: Folders, details: ItemDetails, came_from: GalleryQuery | None, *, start_s: int = 0
) -> Stage:
    card = details.card
    context = card_context(card, folders, date.today())  # noqa: DTZ011
    part = page_part(details)
    trouble, can_play = playability(context, part)
    return Stage(
        card=context,
        can_play=can_play,
        can_download=context.state not in _FILE_MISSING,
        trouble=trouble,
        media_url=media_url(folders, card),
        thumbnail=thumbnail_url(card, 640),
        start_s=start_s,
        list=came_from.url("", list=1).replace("?", "&") if came_from else "",
        part=part,
        template=f"kinds/{card.kind}/player.html",
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
    trouble, can_play = playability(context, part)
    list_shown = came_from or _own_folder(folders, card)
    previous, following = _neighbours(conn, viewer, folders, list_shown, card.id)
    return About(
        card=context,
        marks=marks_context(card, marks.of_item(conn, viewer, card.id)),
        trouble=trouble,
        can_play=can_play,
        media_url=media_url(folders, card),
        facts=tuple(_facts(details, folders, part)),
        tags=tuple(tags.of_item(conn, card.id)),
        links=ListLinks(
            back=Link(list_name(list_shown, saved_searches.saved(conn, viewer)), list_shown.url()),
            previous=_with_list(previous, came_from),
            next=_with_list(following, came_from),
        ),
        again=_address("/partials/watch", card.media_hash, came_from),
        part=part,
        template=f"kinds/{card.kind}/controls.html",
        seen=kinds.KINDS[card.kind].words.seen,
    )


def page_part(details: ItemDetails) -> PagePart:
    """What the item's kind adds to its page."""
    part: PagePart = kinds.module(details.card.kind, "page").part(details)
    return part


def _own_folder(folders: Folders, card: Card) -> GalleryQuery:
    """The list that a person comes from who came from none."""
    folder = folders.filename(card.file.root_id, card.file.path.rpartition("/")[0])
    return GalleryQuery("" if folder else "title", folder)


def _address(path: str, media_hash: str, came_from: GalleryQuery | None, **more: str | int) -> str:
    """An address about a video in the list that the person came from."""
    if came_from is None:
        return GalleryQuery().url(path, video=media_hash, **more)
    return came_from.url(path, video=media_hash, list=1, **more)


def playability(card: CardContext, part: PagePart) -> tuple[str, bool]:
    """(what a browser will not play of it and why, whether to offer the player at all)."""
    if card.state in _FILE_MISSING:
        return f"{card.reason}. It can be played when the file returns.", False
    if card.state == "failed":
        return f"Can't play this file: {card.reason[:1].lower()}{card.reason[1:]}", False
    if card.state == "waiting":
        return "", True
    return part.trouble, part.can_play


def _neighbours(
    conn: Connection, viewer: Viewer, folders: Folders, query: GalleryQuery, item_id: int
) -> tuple[str, str]:
    """Addresses of the videos before and after this one in a list; empty at its ends."""
    try:
        listing = resolve(conn, viewer, folders, query)
        spec, folder = listing.spec, listing.folder
    except NotFoundError:
        spec, folder = ListSpec(viewer), None
    key = gallery.sort_key_of(conn, spec, item_id)
    if key is None:
        return "", ""
    spec = replace(spec, failed=key.failed)  # a file that can't be read is nobody's neighbour
    pair = gallery.previous_id(conn, spec, key), gallery.next_id(conn, spec, key)
    found = items.cards(
        conn, viewer.audience, [neighbour for neighbour in pair if neighbour is not None]
    )
    found = as_in(conn, found, folder)
    before, after = (page_url(folders, found[n]) if n in found else "" for n in pair)
    return before, after


def _with_list(url: str, came_from: GalleryQuery | None) -> str:
    return came_from.url(url, list=1) if url and came_from else url


def _related(
    conn: Connection, viewer: Viewer, cards: CardRenderer, found: Sequence[Related]
) -> tuple[RelatedCard, ...]:
    html = cards.render(conn, viewer, [(it.item_id, it.version) for it in found], selectable=False)
    return tuple(RelatedCard(card, _reason(video)) for video, card in zip(found, html, strict=True))


def _reason(video: Related) -> str:
    """Why a video is shown, the weightiest first."""
    if video.shared_tags:
        return f"{formatting.plural(video.shared_tags, 'tag')} in common"
    if video.shared_words:
        return "Similar title"
    return "Same folder"


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
        Fact("Recorded", (details.card.recorded_at or "")[:10]),
        Fact("Added", card_day(card.added_at)),
        Fact("Files" if len(copies) > 1 else "File", " · ".join(copies) or card.file.path),
    ]
    return [fact for fact in facts if fact.value]


def card_day(at_ms: int) -> str:
    day = formatting.local_date(at_ms)
    return f"{day.day} {day:%B %Y}"

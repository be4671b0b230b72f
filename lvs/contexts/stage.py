"""The top of an item's page: its player, or why there is none and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lvs import kinds
from lvs.contexts.cards import CardContext, card_context, resume_s
from lvs.contexts.up_next import with_list
from lvs.folders import Folders
from lvs.kinds.page import NO_TROUBLE, PagePart, Trouble
from lvs.listing.query import GalleryQuery
from lvs.models import Card, ItemDetails, Marks
from lvs.urls import media_url, thumbnail_url

_FILE_MISSING = ("missing", "offline")  # states of a card


@dataclass(frozen=True, slots=True)
class Resume:
    """The offer over the player: from second `at_s`, or from the start. `at_once` is for somebody
    who comes from the list of what was started: no more than one press."""

    at_s: int
    url: str
    start_over_url: str
    at_once: bool


@dataclass(frozen=True, slots=True)
class Playability:
    """Whether there is a player, and what else can be done with the file. `trouble` is what the
    browser can't play of it; `has_file` is false while the file is missing, `is_damaged` true when
    it could not be read."""

    trouble: Trouble
    has_file: bool
    is_damaged: bool
    media_url: str
    playlist_url: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The player, or why there is none. `part` is what the item's kind adds, for the player in
    `template`; `start_s` is where it starts."""

    card: CardContext
    play: Playability
    thumbnail: str
    start_s: int
    resume: Resume | None
    part: PagePart
    template: str


def stage_context(
    folders: Folders,
    details: ItemDetails,
    own: Marks,
    came_from: GalleryQuery | None,
    start_s: int | None,
) -> Stage:
    """`own` are the viewer's marks; `start_s` is the time in the address, None for none."""
    card = details.card
    context = card_context(card, folders, date.today())  # noqa: DTZ011
    part = page_part(details)
    at_s = resume_s(own.position_s) if part.resumes and start_s is None else 0
    return Stage(
        card=context,
        play=playability(folders, card, context, part),
        thumbnail=thumbnail_url(card, 640),
        start_s=start_s or 0,
        resume=_resume(at_s, came_from) if at_s else None,
        part=part,
        template=f"kinds/{card.kind}/player.html",
    )


def _resume(at_s: int, came_from: GalleryQuery | None) -> Resume:
    rest = with_list("?", came_from).replace("??", "&") if came_from else ""
    return Resume(
        at_s=at_s,
        url=f"?t={at_s}{rest}",
        start_over_url=f"?t=0{rest}",
        at_once=bool(came_from and came_from.filters.get("started")),
    )


def page_part(details: ItemDetails) -> PagePart:
    """What the item's kind adds to its page."""
    part: PagePart = kinds.module(details.card.kind, "page").part(details)
    return part


def playability(folders: Folders, card: Card, context: CardContext, part: PagePart) -> Playability:
    trouble = part.trouble
    reason = context.reason
    if context.state in _FILE_MISSING:
        trouble = Trouble(f"{reason}. It can be played when the file returns.", can_play=False)
    elif context.state == "failed":
        words = f"Can't play this file: {reason[:1].lower()}{reason[1:]}"
        trouble = Trouble(words, can_play=False)
    elif context.state == "waiting":
        trouble = NO_TROUBLE
    return Playability(
        trouble=trouble,
        has_file=context.state not in _FILE_MISSING,
        is_damaged=context.state == "failed",
        media_url=media_url(folders, card),
        playlist_url=f"/items/{card.media_hash}/play.m3u",
    )

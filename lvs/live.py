"""Live pages: events of the store become fragments, once per kind of view, fanned out to streams.

A push is a hint and the store is the truth: a message brings a page from one event id to another,
says where each card stands in that page's own list, and may be applied twice without harm. What it
says is read in one snapshot, so no card is placed beside one that the page cannot know yet.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import AsyncGenerator, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lvs import web
from lvs.contexts import words
from lvs.contexts.cards import Cards
from lvs.contexts.copies import words_for_copies
from lvs.contexts.gallery import folder_of, summary_context, view_of
from lvs.contexts.places import places_context
from lvs.contexts.query import GalleryQuery
from lvs.contexts.status import status_context
from lvs.contexts.templates import Templates
from lvs.contexts.watch import about_context, stage_context
from lvs.errors import NotFoundError
from lvs.events import Event
from lvs.library.library import Library
from lvs.store import Store, gallery, videos
from lvs.store.database import limit_statements

log = logging.getLogger(__name__)

QUEUE_LENGTH = 64
HEARTBEAT_S = 15.0
BATCH_EVERY_S = 0.05
STATUS_EVERY_S = 1.0
CARDS_AT_MOST = 60  # beyond, it is cheaper for a page to ask for its list again
FEED_LIMIT_S = 1.0  # the queries of one feed's message; beyond, its pages fetch their region
FEEDS_AT_ONCE = 8  # rendered in one snapshot; between two, new streams get their turn
RENDER_FOR_S = 5.0  # of a batch of events; feeds not rendered by then fetch their region
LOG_FAILURE_EVERY_S = 10.0

_OF_NEIGHBOURS = {"added", "removed", "folders"}  # what may move another into or out of a list
_OF_CARDS = ("changed", "searches")  # what leaves the summary of an unfiltered list as it is


class TooMuchError(Exception):
    """More has changed than a message should carry: the page fetches its region anew."""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What feeds render with."""

    library: Library
    cards: Cards
    templates: Templates


class Feed(Hashable, Protocol):
    """What a kind of page wants to hear. Equal feeds share one rendering."""

    def update(self, conn: sqlite3.Connection, kitchen: Kitchen, events: list[Event]) -> str:
        """Fragments that tell of these events; empty for none. Raises TooMuchError."""

    def status(self, kitchen: Kitchen) -> str:
        """Fragments of the library's present state; empty for pages that show none."""

    @property
    def is_costly(self) -> bool:
        """Whether its messages take long to render: those of others go first."""


@dataclass(frozen=True, slots=True)
class GalleryFeed:
    """A gallery page: cards enter, leave and move in this query's own order."""

    query: GalleryQuery

    def update(self, conn: sqlite3.Connection, kitchen: Kitchen, events: list[Event]) -> str:
        touched = {event.video_id for event in events if event.video_id is not None}
        if len(touched) > CARDS_AT_MOST or any(event.topic == "away" for event in events):
            raise TooMuchError
        try:
            parts = self._cards(conn, kitchen, touched)
        except NotFoundError:
            raise TooMuchError from None
        if self.query.is_filtered or any(event.topic not in _OF_CARDS for event in events):
            parts.append(self._summary(conn, kitchen))
        copied = [event.video_id for event in events if event.topic == "copied" and event.video_id]
        view = view_of(conn, kitchen.library, self.query)
        if copied and (said := words_for_copies(conn, view, copied)):
            html = kitchen.templates.render("partials/_told.html", words=said)
            parts.append(web.partial("#notices", html, "beforeend"))
        return "".join(parts)

    def _cards(
        self, conn: sqlite3.Connection, kitchen: Kitchen, touched: Iterable[int]
    ) -> list[str]:
        view = view_of(conn, kitchen.library, self.query)
        folder = folder_of(conn, kitchen.library, self.query.folder)
        keys = {video: gallery.key_of(conn, view, video) for video in touched}
        parts = [
            web.partial(f"#v-{video}", "", "delete") for video, key in keys.items() if key is None
        ]
        found = videos.cards(conn, [video for video, key in keys.items() if key is not None])
        placed = [(key, found[video]) for video, key in keys.items() if key is not None]
        # Last in the list first: each is put before one that the page already has.
        placed.sort(key=lambda item: item[0], reverse=not gallery.is_descending(conn, view))
        for key, card in placed:
            following = gallery.following(conn, view, key)
            where = f"before:v-{following}" if following is not None else "before:end"
            html = "".join(kitchen.cards.render(conn, [(card.id, card.version)], folder))
            parts.append(web.partial("#grid", html, f"place {where}"))
        return parts

    def _summary(self, conn: sqlite3.Connection, kitchen: Kitchen) -> str:
        total = gallery.count(conn, view_of(conn, kitchen.library, self.query))
        summary = summary_context(conn, kitchen.library, self.query, total)
        status = status_context(kitchen.library, self.query)
        render = kitchen.templates.render
        return "".join(
            (
                web.partial("#summary", render("partials/_summary.html", summary=summary)),
                web.partial(
                    "#empty", render("partials/_empty.html", summary=summary, status=status)
                ),
                web.partial("#bulk-total", words.number(total), "innerHTML"),
            )
        )

    def status(self, kitchen: Kitchen) -> str:
        status = status_context(kitchen.library, self.query)
        return web.partial("#status", kitchen.templates.render("partials/_status.html", st=status))

    @property
    def is_costly(self) -> bool:
        return self.query.is_filtered


@dataclass(frozen=True, slots=True)
class WatchFeed:
    """A watch page: its video in the list that the person came from, and the cards it shows.

    `came_from` is None for the video's own folder; `shown` are the videos of its related cards.
    """

    video_id: int
    came_from: GalleryQuery | None = None
    shown: frozenset[int] = frozenset()

    def update(self, conn: sqlite3.Connection, kitchen: Kitchen, events: list[Event]) -> str:
        topics = {event.topic for event in events}
        touched = {event.video_id for event in events if event.video_id is not None}
        parts: list[str] = []
        if self.video_id in touched or "away" in topics:
            parts += self._video(conn, kitchen, with_stage=True)
        elif topics & _OF_NEIGHBOURS:
            parts += self._video(conn, kitchen, with_stage=False)
        for video, card in videos.cards(conn, touched & self.shown).items():
            html = "".join(kitchen.cards.render(conn, [(video, card.version)], selectable=False))
            parts.append(web.partial(f"#v-{video}", html))
        return "".join(parts)

    def _video(
        self, conn: sqlite3.Connection, kitchen: Kitchen, *, with_stage: bool
    ) -> Iterator[str]:
        try:
            details = videos.details(conn, self.video_id)
        except NotFoundError:  # it was forgotten: the page finds that out for itself
            raise TooMuchError from None
        render = kitchen.templates.render
        if with_stage:
            stage = stage_context(kitchen.library, details, self.came_from)
            yield web.partial("#stage", render("partials/_stage.html", stage=stage))
        about = about_context(conn, kitchen.library, details, self.came_from)
        yield web.partial("#about", render("partials/_about.html", about=about))

    def status(self, kitchen: Kitchen) -> str:
        return ""

    @property
    def is_costly(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Message:
    """`event_id` is None for state, which has no place in the order of events."""

    event_id: int | None
    html: str
    event: str | None = None

    @property
    def is_resync(self) -> bool:
        return self.event == "resync"


def _resync(event_id: int) -> Message:
    """The page fetches its region again, and is then at least at this event."""
    return Message(event_id, "{}", "resync")


@dataclass(frozen=True, slots=True)
class _News:
    """What brings pages from one event to `last`, and the navigation as it is then; empty when
    nothing happened."""

    last: int
    messages: dict[Feed, Message]
    places: str = ""


class Subscriber:
    """One open stream: a bounded queue, emptied by its client, closed when it overflows."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.closed = False
        self._messages: deque[Message | bytes] = deque()
        self._news = asyncio.Event()
        self._task = asyncio.current_task()

    def send(self, message: Message | bytes) -> bool:
        """Queue a message; False when the client is too slow, and its stream ends."""
        if len(self._messages) >= QUEUE_LENGTH:
            self.close()
            if self._task is not None:
                self._task.cancel()
            return False
        self._messages.append(message)
        self._news.set()
        return True

    def close(self) -> None:
        self.closed = True
        self._messages.clear()
        self._news.set()

    async def next(self) -> Message | bytes | None:
        """The next message, or None when the stream is to end."""
        while not self._messages and not self.closed:
            self._news.clear()
            await self._news.wait()
        return self._messages.popleft() if self._messages else None


class Hub:
    """Follows the event table and the library's state; sends to subscribers.

    What goes wrong with one feed costs the pages of that feed a resync, and nobody else anything.
    """

    def __init__(self, store: Store, kitchen: Kitchen) -> None:
        self._store = store
        self._kitchen = kitchen
        self.subscribers: set[Subscriber] = set()
        self._position = store.last_event_id  # every subscriber has been told up to here
        self._closed = False
        self._places = ""  # as last told
        self._logged_at = -LOG_FAILURE_EVERY_S
        self.dropped = 0
        self.resyncs = 0
        self.told = 0  # messages queued

    @property
    def streams(self) -> int:
        return len(self.subscribers)

    def close(self) -> None:
        """End every stream; clients come back by themselves when there is a server again."""
        self._closed = True
        for subscriber in self.subscribers:
            subscriber.close()

    def open(self) -> None:
        """Take streams again after `close`."""
        self._closed = False

    async def stream(self, feed: Feed, since: int) -> AsyncGenerator[bytes]:
        """Server-sent events for one page that was rendered at event `since`."""
        subscriber = Subscriber(feed)
        self.subscribers.add(subscriber)
        if self._closed:
            subscriber.close()
        try:
            yield web.SSE_HEARTBEAT  # the headers leave at once
            news = await self._render([feed], since)
            message = news.messages[feed]
            last = max(0 if message.is_resync else since, news.last)
            if message.html:
                yield web.sse(message.html, event_id=last, event=message.event)
            if state := news.places + self._status_of(feed):
                yield web.sse(state, event_id=last)
            while (item := await subscriber.next()) is not None:
                if isinstance(item, bytes):
                    yield item
                elif item.event_id is None:
                    yield web.sse(item.html, event_id=last)
                elif item.is_resync or item.event_id > last:
                    last = max(last, item.event_id)
                    yield web.sse(item.html, event_id=last, event=item.event)
        finally:
            self.subscribers.discard(subscriber)

    async def follow_events(self) -> None:
        """Send each batch of events to subscribers, a rendering per feed.

        Begun again after a failure, it goes on where it was.
        """
        news = self._store.bell.listener()
        news.set()
        try:
            while True:
                await news.wait()
                news.clear()
                pause_s = await self._send_news()
                self._kitchen.library.timeline.pushed(self._position)
                await asyncio.sleep(pause_s)
        finally:
            self._store.bell.forget(news)

    async def _send_news(self) -> float:
        """Bring every page from `_position` to now; returns how long to gather events before the
        next time, in seconds: longer where pages must fetch their region.

        A page that comes meanwhile is brought up to date by its own stream, after the newest event
        that there is here.
        """
        since, reached = self._position, self._store.last_event_id
        feeds = {subscriber.feed for subscriber in self.subscribers}
        if since == reached or not feeds:
            self._position = reached
            return 0.0
        waiting = sorted(feeds, key=lambda feed: feed.is_costly)
        deadline = time.monotonic() + RENDER_FOR_S
        heavy = False
        while waiting:
            some, waiting = waiting[:FEEDS_AT_ONCE], waiting[FEEDS_AT_ONCE:]
            if time.monotonic() < deadline:
                news = await self._render(some, since)
            else:
                news = _News(reached, {feed: _resync(reached) for feed in some})
            heavy |= any(message.is_resync for message in news.messages.values())
            self._send(news)
        self._position = reached
        return STATUS_EVERY_S if heavy else BATCH_EVERY_S

    def _send(self, news: _News) -> None:
        places = news.places if news.places != self._places else ""
        self._places = news.places or self._places
        for subscriber in list(self.subscribers):
            message = news.messages.get(subscriber.feed)
            if message is not None and message.html:
                self.deliver(subscriber, message)
            if places:
                self.deliver(subscriber, Message(None, places))

    async def _render(self, feeds: Sequence[Feed], since: int) -> _News:
        """What brings pages of these feeds from event `since` to now, read in one snapshot."""
        last = self._store.last_event_id
        try:
            news, errors = await self._store.read_for_live(_news, self._kitchen, feeds, since)
        except Exception as error:
            self._log(error)
            return _News(last, {feed: _resync(last) for feed in feeds})
        for failure in errors:
            self._log(failure)
        return news

    async def follow_status(self) -> None:
        """Tell subscribers how the library's state changes, once a second at most."""
        bell = self._kitchen.library.status.bell
        news = bell.listener()
        try:
            while True:
                await news.wait()
                news.clear()
                html: dict[Feed, Message] = {}
                for subscriber in list(self.subscribers):
                    if subscriber.feed not in html:
                        html[subscriber.feed] = Message(None, self._status_of(subscriber.feed))
                    if html[subscriber.feed].html:
                        self.deliver(subscriber, html[subscriber.feed])
                await asyncio.sleep(STATUS_EVERY_S)
        finally:
            bell.forget(news)

    def _status_of(self, feed: Feed) -> str:
        try:
            return feed.status(self._kitchen)
        except Exception as error:
            self._log(error)
            return ""

    def _log(self, error: Exception) -> None:
        """With its traceback; errors that come in a flood are logged now and then."""
        if time.monotonic() - self._logged_at >= LOG_FAILURE_EVERY_S:
            self._logged_at = time.monotonic()
            log.error("A live message could not be made: %s", error, exc_info=error)

    async def keep_alive(self) -> None:
        """A comment now and then, so that dead connections are noticed."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for subscriber in list(self.subscribers):
                self.deliver(subscriber, web.SSE_HEARTBEAT)

    def resync(self) -> None:
        """Tell every page to fetch its region again: it may have missed something."""
        message = _resync(self._store.last_event_id)
        for subscriber in list(self.subscribers):
            self.deliver(subscriber, message)

    def deliver(self, subscriber: Subscriber, message: Message | bytes) -> None:
        """Queue a message for one page, or drop the page when it does not keep up."""
        if not subscriber.send(message):
            self.subscribers.discard(subscriber)
            self.dropped += 1
        elif isinstance(message, Message):
            self.told += 1
            self.resyncs += message.is_resync


def _news(
    conn: sqlite3.Connection, kitchen: Kitchen, feeds: Sequence[Feed], since: int
) -> tuple[_News, list[Exception]]:
    """The news of these feeds since an event, and what went wrong with some of them."""
    errors: list[Exception] = []
    events, last, complete = gallery.events_since(conn, since, CARDS_AT_MOST * 10)
    messages: dict[Feed, Message] = {}
    for feed in feeds:
        messages[feed] = _resync(last)
        if not complete:
            continue
        try:
            limit_statements(conn, FEED_LIMIT_S)
            messages[feed] = Message(last, feed.update(conn, kitchen, events) if events else "")
        except TooMuchError:
            pass
        except Exception as error:
            errors.append(error)
    places = ""
    if events:
        try:
            limit_statements(conn, FEED_LIMIT_S)
            places = _places(conn, kitchen)
        except Exception as error:
            errors.append(error)
    return _News(last, messages, places), errors


def _places(conn: sqlite3.Connection, kitchen: Kitchen) -> str:
    html = kitchen.templates.render("partials/_places.html", places=places_context(conn))
    return web.partial("#places", html)

"""Live pages: events of the store become fragments, once per kind of view, fanned out to streams.

A push is a hint and the store is the truth: a message brings a page from one event id to another,
says where each card stands in that page's own list, and may be applied twice without harm. What it
says is read in one snapshot, so no card is placed beside one that the page cannot know yet.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from lvs.events import Event
from lvs.http import responses
from lvs.live.feeds import Feed, RenderContext, ResyncRequiredError
from lvs.live.navigation import OpenNavigation
from lvs.store import Connection, Store, gallery, marks
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

QUEUE_LENGTH = 64
HEARTBEAT_S = 15.0
BATCH_EVERY_S = 0.05
STATUS_EVERY_S = 1.0
FEED_LIMIT_S = 1.0  # for the queries of one feed; after that its pages fetch their region
EVENTS_AT_ONCE = 5_000  # of all viewers; after that pages fetch their region
FEEDS_AT_ONCE = 8  # feeds rendered in one snapshot; new streams are served in between
RENDER_FOR_S = 5.0  # for a batch of events; pages of the other feeds fetch their region
LOG_FAILURE_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """`event_id` is None for state, which has no place in the order of events."""

    event_id: int | None
    html: str
    event: str | None = None
    _encoded: dict[int, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_resync(self) -> bool:
        return self.event == "resync"

    def encoded(self, event_id: int) -> bytes:
        """What the stream of a page at `event_id` sends: encoded once for all that are there."""
        if event_id not in self._encoded:
            self._encoded[event_id] = responses.sse(self.html, event_id=event_id, event=self.event)
        return self._encoded[event_id]


def _resync(event_id: int) -> Message:
    """The page fetches its region again, and is then at least at this event."""
    return Message(event_id, "{}", "resync")


@dataclass(frozen=True, slots=True)
class _News:
    """What brings pages from one event to `last`, and the viewers whose navigation may have
    changed."""

    last: int
    messages: dict[Feed, Message]
    navigation: frozenset[Viewer] = frozenset()


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

    `on_pushed` is called with the id of the newest event that every page has.

    What goes wrong with one feed costs the pages of that feed a resync, and nobody else anything.
    """

    def __init__(
        self,
        store: Store,
        context: RenderContext,
        on_pushed: Callable[[int], None] = lambda _event_id: None,
    ) -> None:
        self._store = store
        self._context = context
        self.on_pushed = on_pushed
        self._pages: dict[Feed, set[Subscriber]] = {}  # open streams; equal feeds are one key
        self._position = store.last_event_id  # every subscriber has the events up to here
        self._news = asyncio.Event()  # set by the store while there are subscribers
        self._closed = False
        self._navigation = OpenNavigation(store, context, self._log)
        self._logged_at = -LOG_FAILURE_EVERY_S
        self.dropped = 0
        self.resyncs = 0
        self.sent = 0  # messages queued

    @property
    def subscribers(self) -> list[Subscriber]:
        """All open streams."""
        return [subscriber for pages in self._pages.values() for subscriber in pages]

    @property
    def streams(self) -> int:
        return sum(map(len, self._pages.values()))

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
        self._add(subscriber)
        if self._closed:
            subscriber.close()
        try:
            yield responses.SSE_HEARTBEAT  # sends the headers at once
            news, _ = await self._render([feed], since)
            message = news.messages.get(feed, Message(news.last, ""))
            last = max(0 if message.is_resync else since, news.last)
            if message.html:
                yield responses.sse(message.html, event_id=last, event=message.event)
            navigation = await self._navigation.of(feed.viewer) if news.navigation else ""
            if state := navigation + self._status_of(feed):
                yield responses.sse(state, event_id=last)
            while (item := await subscriber.next()) is not None:
                if isinstance(item, bytes):
                    yield item
                elif item.event_id is None:
                    yield item.encoded(last)
                elif item.is_resync or item.event_id > last:
                    last = max(last, item.event_id)
                    yield item.encoded(last)
        finally:
            self._remove(subscriber)

    def _add(self, subscriber: Subscriber) -> None:
        """The first one has the hub follow events, from now on: its stream renders what was
        before."""
        if not self._pages:
            self._position = self._store.last_event_id
            self._store.change_signal.subscribe(self._news)
        self._pages.setdefault(subscriber.feed, set()).add(subscriber)

    def _remove(self, subscriber: Subscriber) -> None:
        """Without the last one, a commit wakes nobody here."""
        pages = self._pages.get(subscriber.feed, set())
        pages.discard(subscriber)
        if not pages:
            self._pages.pop(subscriber.feed, None)
        if not self._pages:
            self._navigation.clear()
            self._store.change_signal.unsubscribe(self._news)

    async def follow_events(self) -> None:
        """Send each batch of events to subscribers, a rendering per feed.

        After a failure, a restart resumes at the same event.
        """
        self._news.set()
        while True:
            await self._news.wait()
            self._news.clear()
            pause_s = await self._send_news()
            self.on_pushed(self._position)
            await self._send_navigation()
            await asyncio.sleep(pause_s)

    async def _send_news(self) -> float:
        """Bring every page from `_position` to now; returns how long to gather events before the
        next time, in seconds: longer where pages must fetch their region.

        A page that comes meanwhile is brought up to date by its own stream, after the newest event
        that there is here.
        """
        since, reached = self._position, self._store.last_event_id
        feeds = list(self._pages)
        if since == reached or not feeds:
            self._position = reached
            return 0.0
        waiting = sorted(feeds, key=lambda feed: feed.is_costly)
        deadline = time.monotonic() + RENDER_FOR_S
        heavy = False
        while waiting:
            if time.monotonic() < deadline:
                news, waiting = await self._render(waiting, since)
            else:
                news, waiting = _resync_all(reached, waiting), []
            heavy |= any(message.is_resync for message in news.messages.values())
            self._send(news)
        self._position = reached
        return STATUS_EVERY_S if heavy else BATCH_EVERY_S

    def _send(self, news: _News) -> None:
        self._navigation.add(news.navigation)
        for feed, message in news.messages.items():
            for subscriber in list(self._pages.get(feed, ())) if message.html else ():
                self.deliver(subscriber, message)

    async def _send_navigation(self) -> None:
        changed = await self._navigation.changed({feed.viewer for feed in self._pages})
        messages = {viewer: Message(None, html) for viewer, html in changed.items()}
        for feed, pages in list(self._pages.items()) if messages else ():
            if message := messages.get(feed.viewer):
                for subscriber in list(pages):
                    self.deliver(subscriber, message)
        if (wait_s := self._navigation.wait_s) is not None:
            asyncio.get_running_loop().call_later(wait_s, self._news.set)

    async def _render(self, feeds: Sequence[Feed], since: int) -> tuple[_News, list[Feed]]:
        """What brings pages of these feeds from event `since` to now, read in one snapshot; and
        those feeds that are left for the next."""
        last = self._store.last_event_id
        try:
            news, errors, left = await self._store.read_live(_news, self._context, feeds, since)
        except Exception as error:
            self._log(error)
            return _resync_all(last, feeds), []
        for failure in errors:
            self._log(failure)
        return news, left

    async def follow_status(self) -> None:
        """Send changes of the library's state to subscribers, once a second at most."""
        change_signal = self._context.activity.change_signal
        news = change_signal.subscribe()
        try:
            while True:
                await news.wait()
                news.clear()
                for feed, pages in list(self._pages.items()):
                    message = Message(None, self._status_of(feed))
                    for subscriber in list(pages) if message.html else ():
                        self.deliver(subscriber, message)
                await asyncio.sleep(STATUS_EVERY_S)
        finally:
            change_signal.unsubscribe(news)

    def _status_of(self, feed: Feed) -> str:
        try:
            return feed.status(self._context)
        except Exception as error:
            self._log(error)
            return ""

    def _log(self, error: Exception) -> None:
        """With its traceback; errors that come in a flood are logged now and then."""
        if time.monotonic() - self._logged_at >= LOG_FAILURE_EVERY_S:
            self._logged_at = time.monotonic()
            log.error("Can't render a live message: %s", error, exc_info=error)

    async def keep_alive(self) -> None:
        """A comment now and then, so that dead connections are noticed."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for subscriber in self.subscribers:
                self.deliver(subscriber, responses.SSE_HEARTBEAT)

    def resync(self) -> None:
        """Make every page fetch its region again: it may have missed an event."""
        message = _resync(self._store.last_event_id)
        for subscriber in self.subscribers:
            self.deliver(subscriber, message)

    def deliver(self, subscriber: Subscriber, message: Message | bytes) -> None:
        """Queue a message for one page, or drop the page when it does not keep up."""
        if not subscriber.send(message):
            self._remove(subscriber)
            self.dropped += 1
        elif isinstance(message, Message):
            self.sent += 1
            self.resyncs += message.is_resync


def _news(
    conn: Connection, context: RenderContext, feeds: Sequence[Feed], since: int
) -> tuple[_News, list[Exception], list[Feed]]:
    """The news of these feeds since an event, what went wrong with some of them, and the feeds that
    are left for another snapshot. Feeds that no event concerns have no message."""
    errors: list[Exception] = []
    viewers = {feed.viewer for feed in feeds}
    users = {viewer.user_id for viewer in viewers}
    events, last, complete = gallery.events_since(conn, users, since, EVENTS_AT_ONCE)
    if not complete:
        return _resync_all(last, feeds), [], []
    shared = [event for event in events if event.is_shared]
    own = {user: [event for event in events if event.user_id == user] for user in users}
    messages: dict[Feed, Message] = {}
    updates = _Updates(conn, context, shared)
    left: list[Feed] = []
    for feed in feeds:
        own_events = own[feed.viewer.user_id]
        if not any(map(feed.concerns, shared)) and not own_events:
            continue
        if updates.is_full and not updates.has(feed):
            left.append(feed)
            continue
        messages[feed] = _resync(last)
        try:
            with conn.limited(FEED_LIMIT_S):
                messages[feed] = Message(last, updates.of(feed, own_events))
        except ResyncRequiredError:
            pass
        except Exception as error:
            errors.append(error)
    seen = any(not event.is_average for event in shared)
    navigation = frozenset(viewer for viewer in viewers if seen or own[viewer.user_id])
    return _News(last, messages, navigation), errors, left


def _resync_all(last: int, feeds: Iterable[Feed]) -> _News:
    """Of what has changed nothing is known."""
    feeds = list(feeds)
    viewers = frozenset(feed.viewer for feed in feeds)
    return _News(last, {feed: _resync(last) for feed in feeds}, viewers)


class _Updates:
    """The messages of one snapshot: what feeds share is rendered once."""

    def __init__(self, conn: Connection, context: RenderContext, shared: list[Event]) -> None:
        self._conn = conn
        self._context = context
        self._shared = shared
        self._rendered: dict[Hashable, str | Exception] = {}
        self._began = time.monotonic()
        self._marked = marks.users_of(
            conn, {event.item_id for event in shared if event.item_id is not None}
        )

    @property
    def is_full(self) -> bool:
        """Whether other feeds are to wait for the next snapshot."""
        too_long = time.monotonic() - self._began > FEED_LIMIT_S
        return len(self._rendered) >= FEEDS_AT_ONCE or too_long

    def has(self, feed: Feed) -> bool:
        return feed.shared_key in self._rendered

    def of(self, feed: Feed, own_events: list[Event]) -> str:
        """Raises what rendering raised for the feeds that share it."""
        shared = [event for event in self._shared if feed.concerns(event)]
        key = feed.shared_key
        if key not in self._rendered:
            try:
                self._rendered[key] = (
                    feed.update(self._conn, self._context, shared) if shared else ""
                )
            except Exception as error:
                self._rendered[key] = error
        html = self._rendered[key]
        if isinstance(html, Exception):
            raise html
        has_own = own_events or feed.is_personal or feed.viewer.user_id in self._marked
        if not has_own:
            return html
        return html + feed.update_own(self._conn, self._context, shared, own_events)

"""The admin dashboard: rendered once a second for all viewers; only changes are sent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from lvs.admin.maintenance import ERRORS, SECTIONS
from lvs.admin.monitor import Monitor
from lvs.admin.overview import Overview, StatusView
from lvs.admin.panels import DashboardView, dashboard_view
from lvs.http import responses
from lvs.http.templating import Templates
from lvs.live.hub import Message, Subscriber

log = logging.getLogger(__name__)

EVERY_S = 1.0
MAINTENANCE_EVERY_S = 5.0  # reads the store, and changes rarely
PAGES = ("status", "maintenance", "performance")


@dataclass(frozen=True, slots=True)
class DashboardFeed:
    """The feed of a page of the dashboard: all that show it are alike."""

    page: str


class Dashboard:
    """Renders a page only while someone has it open. Fifty open pages share one rendering."""

    def __init__(self, monitor: Monitor, overview: Overview, templates: Templates) -> None:
        self.maintenance = overview.maintenance
        self._monitor = monitor
        self._overview = overview
        self._templates = templates
        self._subscribers: dict[str, set[Subscriber]] = {page: set() for page in PAGES}
        self._shown: dict[str, dict[str, str]] = {page: {} for page in PAGES}
        self._sections: dict[str, dict[str, str]] = {page: {} for page in PAGES}
        self._sections_at = dict.fromkeys(PAGES, 0.0)
        self._problem = ""
        self._now = asyncio.Event()

    @property
    def streams(self) -> int:
        """How many pages of the dashboard are open."""
        return sum(map(len, self._subscribers.values()))

    def close(self) -> None:
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.close()

    def refresh(self) -> None:
        """Send the result of an action immediately."""
        self._sections_at = dict.fromkeys(PAGES, 0.0)
        self._now.set()

    async def run(self) -> None:
        """Send changes to every open page, once a second and after each action."""
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._now.wait()
            except TimeoutError:
                pass
            self._now.clear()
            for page in PAGES:
                if self._subscribers[page]:
                    await self.notify(page)

    async def notify(self, page: str) -> None:
        """Send what changed on a page."""
        fresh, shown = await self._rendered(page), self._shown[page]
        changed = {name: html for name, html in fresh.items() if shown.get(name) != html}
        self._shown[page] = fresh
        if not changed:
            return
        message = Message(None, _partials(changed))
        for subscriber in list(self._subscribers[page]):
            if not subscriber.send(message):
                self._subscribers[page].discard(subscriber)

    async def stream(self, page: str) -> AsyncGenerator[bytes]:
        """Server-sent events for a page: all that moves on it, then what changes."""
        subscriber = Subscriber(DashboardFeed(page))  # type: ignore[arg-type]
        subscribers = self._subscribers[page]
        subscribers.add(subscriber)
        try:
            yield responses.SSE_HEARTBEAT  # sends the headers immediately
            if len(subscribers) == 1:  # otherwise others have the newest message
                self._shown[page] = await self._rendered(page)
            number = 1
            yield responses.sse(_partials(self._shown[page]), event_id=number)
            while (message := await subscriber.next()) is not None:
                assert isinstance(message, Message)
                number += 1
                yield responses.sse(message.html, event_id=number)
        finally:
            subscribers.discard(subscriber)

    def view(self) -> DashboardView:
        """The server's own figures."""
        return dashboard_view(self._monitor, self.streams)

    async def status_view(self) -> StatusView:
        return await self._overview.view(self.streams)

    async def _rendered(self, page: str) -> dict[str, str]:
        """HTML by the id of its element; the rows as one while routes are added."""
        due = time.monotonic() - self._sections_at[page] > MAINTENANCE_EVERY_S
        if due:
            self._sections_at[page] = time.monotonic()
        if page == "status":
            return await self._status(fresh=due)
        if due:
            await self._read_sections(page)
        if page == "maintenance":
            return self._sections[page]
        view = self.view()
        render = self._templates.render
        found = {tile.id: render("partials/_tile.html", tile=tile) for tile in view.tiles}
        found["ingest-timings"] = render("partials/_ingest_timings.html", timings=view.timings)
        found["routes"] = render("partials/_routes.html", routes=view.routes)
        return found | self._sections[page]

    async def _status(self, *, fresh: bool) -> dict[str, str]:
        """The parts of the status page; as last sent while the library cannot be read."""
        try:
            view = await self._overview.view(self.streams, fresh=fresh)
        except Exception as error:
            self._log(error)
            return self._shown["status"]
        render = self._templates.render
        tiles = (*view.tiles, *view.activity)
        found = {tile.id: render("partials/_tile.html", tile=tile) for tile in tiles}
        found["attention"] = render("partials/_attention.html", status=view)
        found["status"] = render("partials/_work.html", status=view)
        return found

    async def _read_sections(self, page: str) -> None:
        """Sections stay unchanged while they cannot be read. Figures still update."""
        names = {"maintenance": SECTIONS, "performance": (ERRORS,)}.get(page, ())
        try:
            self._sections[page] = await self.maintenance.sections(names) if names else {}
            self._problem = ""
        except Exception as error:
            self._log(error)

    def _log(self, error: Exception) -> None:
        """Once for each problem."""
        if self._problem != str(error):
            self._problem = str(error)
            log.exception("Can't read what the dashboard shows of the library", exc_info=error)


def _partials(html: dict[str, str]) -> str:
    return "".join(responses.partial(f"#{name}", fragment) for name, fragment in html.items())

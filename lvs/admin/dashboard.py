"""The admin dashboard: rendered once a second for all viewers; only changes are sent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator

from lvs.admin.maintenance import Maintenance
from lvs.admin.monitor import Monitor
from lvs.admin.panels import DashboardView, dashboard_view
from lvs.http import responses
from lvs.http.templating import Templates
from lvs.live.hub import Message, Subscriber

log = logging.getLogger(__name__)

EVERY_S = 1.0
MAINTENANCE_EVERY_S = 5.0  # reads the store, and changes rarely


class DashboardFeed:
    """The feed of a dashboard: all are alike."""


class Dashboard:
    """Renders only while a dashboard is open. Fifty open dashboards share one rendering."""

    def __init__(self, monitor: Monitor, maintenance: Maintenance, templates: Templates) -> None:
        self.maintenance = maintenance
        self._monitor = monitor
        self._templates = templates
        self._subscribers: set[Subscriber] = set()
        self._shown: dict[str, str] = {}
        self._sections: dict[str, str] = {}
        self._sections_at = 0.0
        self._problem = ""
        self._now = asyncio.Event()

    @property
    def streams(self) -> int:
        """How many dashboards are open."""
        return len(self._subscribers)

    def close(self) -> None:
        for subscriber in self._subscribers:
            subscriber.close()

    def refresh(self) -> None:
        """Send the result of an action immediately."""
        self._sections_at = 0.0
        self._now.set()

    async def run(self) -> None:
        """Send changes to every dashboard, once a second and after each action."""
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._now.wait()
            except TimeoutError:
                pass
            self._now.clear()
            if self._subscribers:
                await self.notify()

    async def notify(self) -> None:
        fresh = await self._rendered()
        changed = {name: html for name, html in fresh.items() if self._shown.get(name) != html}
        self._shown = fresh
        if not changed:
            return
        message = Message(None, _partials(changed))
        for subscriber in list(self._subscribers):
            if not subscriber.send(message):
                self._subscribers.discard(subscriber)

    async def stream(self) -> AsyncGenerator[bytes]:
        """Server-sent events for one dashboard: all that it shows, then what changes."""
        subscriber = Subscriber(DashboardFeed())  # type: ignore[arg-type]
        self._subscribers.add(subscriber)
        try:
            yield responses.SSE_HEARTBEAT  # sends the headers immediately
            if len(self._subscribers) == 1:  # otherwise others have the newest message
                self._shown = await self._rendered()
            number = 1
            yield responses.sse(_partials(self._shown), event_id=number)
            while (message := await subscriber.next()) is not None:
                assert isinstance(message, Message)
                number += 1
                yield responses.sse(message.html, event_id=number)
        finally:
            self._subscribers.discard(subscriber)

    def view(self) -> DashboardView:
        return dashboard_view(self._monitor, self.streams)

    async def _rendered(self) -> dict[str, str]:
        """HTML by the id of its element; the rows as one while routes are added."""
        if time.monotonic() - self._sections_at > MAINTENANCE_EVERY_S:
            self._sections_at = time.monotonic()
            await self._read_sections()
        view = self.view()
        render = self._templates.render
        found = {tile.id: render("partials/_tile.html", tile=tile) for tile in view.tiles}
        found["ingest-timings"] = render("partials/_ingest_timings.html", timings=view.timings)
        found["routes"] = render("partials/_routes.html", routes=view.routes)
        return found | self._sections

    async def _read_sections(self) -> None:
        """Sections stay unchanged while they cannot be read. Figures still update."""
        try:
            self._sections = await self.maintenance.sections()
            self._problem = ""
        except Exception as error:
            if self._problem != str(error):  # logged once
                self._problem = str(error)
                log.exception("Can't read the maintenance sections of the dashboard")


def _partials(html: dict[str, str]) -> str:
    return "".join(responses.partial(f"#{name}", fragment) for name, fragment in html.items())

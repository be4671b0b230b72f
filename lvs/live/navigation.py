"""The navigation of open pages: rendered after the cards of a change, which nobody has to wait for.

What an audience shares is read once for all its viewers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Set

from lvs.contexts.navigation import SharedNavigation, navigation_context, shared_navigation
from lvs.http import responses
from lvs.live.feeds import RenderContext
from lvs.store import Connection, Store
from lvs.viewer import Audience, Viewer

LIMIT_S = 1.0  # of the queries of one viewer
RENDER_FOR_S = 0.25  # at once: cards of the next change wait as long
PAUSE = 4  # times what a rendering took, before the next one

Rendered = tuple[dict[Viewer, str], list[Exception], set[Viewer]]


class OpenNavigation:
    """Whose open pages may show an old navigation, and what was sent to each viewer's last."""

    def __init__(
        self, store: Store, context: RenderContext, on_error: Callable[[Exception], None]
    ) -> None:
        self._store = store
        self._context = context
        self._on_error = on_error
        self._due: set[Viewer] = set()
        self._sent: dict[Viewer, str] = {}
        self._not_before = 0.0

    def add(self, viewers: Set[Viewer]) -> None:
        """The navigation of these may have changed."""
        self._due |= viewers

    def clear(self) -> None:
        """No page is open any more."""
        self._due.clear()
        self._sent.clear()

    async def changed(self, open_viewers: Set[Viewer]) -> dict[Viewer, str]:
        """What is new to open pages: for all of them, or for some now and the rest after
        `wait_s`."""
        viewers = self._due & open_viewers
        if not viewers or time.monotonic() < self._not_before:
            return {}
        self._due.clear()
        began = time.monotonic()
        rendered, left = await self._render(viewers)
        self._due |= left
        self._not_before = time.monotonic() + PAUSE * (time.monotonic() - began)
        found = {
            viewer: html for viewer, html in rendered.items() if html != self._sent.get(viewer)
        }
        self._sent |= found
        return found

    @property
    def wait_s(self) -> float | None:
        """When to ask again: many changes share a rendering. None when nothing is left."""
        return max(0.0, self._not_before - time.monotonic()) if self._due else None

    async def of(self, viewer: Viewer) -> str:
        """A viewer's navigation as it is now; empty where it can't be rendered."""
        rendered, _ = await self._render({viewer})
        return rendered.get(viewer, "")

    async def _render(self, viewers: Set[Viewer]) -> tuple[dict[Viewer, str], set[Viewer]]:
        """The navigation of each, and those that are left for another time."""
        try:
            rendered, errors, left = await self._store.read_live(_render, self._context, viewers)
        except Exception as error:
            self._on_error(error)
            return {}, set()
        for failure in errors:
            self._on_error(failure)
        return rendered, left


def _render(conn: Connection, context: RenderContext, viewers: Set[Viewer]) -> Rendered:
    """The navigation of these viewers, what went wrong with some, and those that are left."""
    rendered: dict[Viewer, str] = {}
    errors: list[Exception] = []
    shared: dict[Audience, SharedNavigation] = {}
    began = time.monotonic()
    # The viewers of an audience one after the other.
    waiting = sorted(viewers, key=lambda viewer: hash(viewer.audience))
    while waiting and (not rendered or time.monotonic() - began < RENDER_FOR_S):
        viewer = waiting.pop()
        try:
            with conn.limited(LIMIT_S):
                if viewer.audience not in shared:
                    shared[viewer.audience] = shared_navigation(conn, viewer, context.folders)
                found = navigation_context(conn, viewer, context.folders, shared[viewer.audience])
                html = context.templates.render("partials/_navigation.html", navigation=found)
                rendered[viewer] = responses.partial("#navigation", html)
        except Exception as error:
            errors.append(error)
    return rendered, errors, set(waiting)

"""The feed of the home: the rows that an event may change, as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from lvs import formatting
from lvs.contexts import home
from lvs.contexts.status import Status, status_context
from lvs.events import Event
from lvs.http import responses
from lvs.live.feeds import OF_CARDS, OwnFeed, RenderContext, items_of, status_partial
from lvs.models import NO_MARKS
from lvs.store import Connection, items, marks, saved_searches
from lvs.viewer import Viewer


@dataclass(frozen=True, slots=True)
class HomeFeed(OwnFeed):
    """The home: each row that an event may change is sent as it is now. Most rows are the viewer's
    own, so all of it is."""

    viewer: Viewer

    def concerns(self, event: Event) -> bool:
        return True

    def update_own(
        self,
        conn: Connection,
        context: RenderContext,
        shared_events: list[Event],
        own_events: list[Event],
    ) -> str:
        render = context.templates.render
        lists = home.row_lists(saved_searches.saved(conn, self.viewer))
        if any(event.topic == "saved_search.updated" for event in own_events):
            rows = [home.row(conn, self.viewer, context, one) for one in lists]
            html = "".join(render("partials/_row.html", row=row) for row in rows)
            return responses.partial("#rows", html, "innerMorph")
        changes = home.Changes(
            moved=any(event.topic not in OF_CARDS for event in shared_events),
            updated=frozenset(items_of(event for event in shared_events if not event.is_average)),
            averages=frozenset(items_of(event for event in shared_events if event.is_average)),
            marked=frozenset(items_of(own_events)),
        )
        parts: list[str] = []
        for changed in home.changed_rows(conn, self.viewer, context, lists, changes):
            if isinstance(changed, home.MarkedCards):
                parts += self._marks(conn, context, changed)
            elif isinstance(changed, home.CardMoves):
                parts += _moves(changed)
            else:
                html = render("partials/_row.html", row=changed)
                parts.append(responses.partial(f"#row-{changed.name}", html))
        if changes.moved:
            html = render(
                "partials/_empty.html",
                summary=home.emptiness(conn, self.viewer, context.folders),
                status=self._status(context),
            )
            parts.append(responses.partial("#empty", html))
        return "".join(parts)

    def _marks(
        self, conn: Connection, context: RenderContext, marked: home.MarkedCards
    ) -> Iterator[str]:
        own = marks.of_items(conn, self.viewer, marked.ids)
        for item_id, card in items.cards(conn, self.viewer.audience, marked.ids).items():
            html = context.cards.render_marks(card, own.get(item_id, NO_MARKS))
            (named,) = home.in_row(marked.row_name, [Markup(html)])
            yield responses.partial(f"#marks-{item_id}-{marked.row_name}", named)

    def _status(self, context: RenderContext) -> Status:
        return status_context(context.activity, context.folders, self.viewer.audience)

    def status(self, context: RenderContext) -> str:
        return status_partial(context, self._status(context))

    @property
    def is_costly(self) -> bool:
        return True


def _moves(moves: home.CardMoves) -> Iterator[str]:
    name = moves.row_name
    for item_id in moves.removed:
        yield responses.partial(f"#v-{item_id}-{name}", "", "delete")
    for item_id, card, following in moves.placed:
        if name == home.RECENT:
            yield responses.partial(f"#v-{item_id}-{name}", card)
        else:
            where = "" if following is None else f" before:v-{following}-{name}"
            yield responses.partial(f"#items-{name}", card, f"place{where}")
    total = f"See all {formatting.number(moves.total)}" if moves.total else "See all"
    if name != home.RECENT:
        yield responses.partial(f"#all-{name}", total, "innerHTML")

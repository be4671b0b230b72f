"""The HTML of cards, rendered once per version of a video."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from lvs.caches import Cache
from lvs.contexts.cards import Copy, as_copy, card_context
from lvs.folders import Folders
from lvs.http.templating import Templates
from lvs.models import Folder
from lvs.store import Connection, videos

KEPT = 4_000

# Video, version, day, offline folders, the copy shown in place of the video's own file, and
# whether the card can be selected.
Key = tuple[int, int, int, frozenset[int], Copy | None, bool]


class Cards:
    """Card HTML by video and version.

    The key holds all that the HTML depends on: the row's version, the day (for ages), which folders
    are offline, and which file it names. Nothing is ever stale; entries of old versions fall out.
    """

    def __init__(self, templates: Templates, folders: Folders, kept: int = KEPT) -> None:
        self._templates = templates
        self._folders = folders
        self.cache: Cache[Key, Markup] = Cache(kept)

    def render(
        self,
        conn: Connection,
        wanted: Sequence[tuple[int, int]],
        folder: Folder | None = None,
        *,
        selectable: bool = True,
    ) -> list[Markup]:
        """HTML of cards given as (id, version), in order, as a folder's list has them; the store is
        asked for misses alone. Those beside a video cannot be selected."""
        today = date.today()  # noqa: DTZ011 - the household's own day
        day, offline = today.toordinal(), self._folders.offline_ids
        ids = [item_id for item_id, _ in wanted]
        copies = videos.files_within(conn, folder, ids) if folder is not None else {}
        keys = [
            (id_, version, day, offline, copies.get(id_), selectable) for id_, version in wanted
        ]
        found = {key: self.cache.get(key) for key in keys}
        missing = [key for key, html in found.items() if html is None]
        if missing:
            found |= self._make(conn, missing, today)
        return [html for key in keys if (html := found[key]) is not None]

    def _make(self, conn: Connection, missing: Sequence[Key], today: date) -> dict[Key, Markup]:
        cards = videos.cards(conn, [key[0] for key in missing])
        made = {}
        for key in missing:
            if key[0] in cards:
                card = as_copy(cards[key[0]], key[4])
                context = card_context(card, self._folders, today)
                html = self._templates.render(
                    "partials/_card.html", card=context, selectable=key[5]
                )
                made[key] = Markup(html)
                self.cache.put(key, made[key])
        return made

"""The notice on list pages about new files whose content the library already has."""

from __future__ import annotations

from lvs import formatting
from lvs.store import Connection, gallery, items
from lvs.store.list_plan import ListSpec


def words_for_copies(conn: Connection, spec: ListSpec, item_ids: list[int]) -> str:
    """Empty when none of these videos is in the list."""
    here = [video for video in item_ids if gallery.sort_key_of(conn, spec, video) is not None]
    titles = [card.title for card in items.cards(conn, spec.viewer.audience, here).values()]
    if len(titles) == 1:
        return f"Same content as “{titles[0]}”: one video with several files."
    if titles:
        return f"{formatting.number(len(titles))} new files are copies of videos in the library."
    return ""

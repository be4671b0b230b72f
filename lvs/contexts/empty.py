"""What an empty list says, and the way out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lvs import formatting
from lvs.kinds import KINDS, MAIN
from lvs.listing.builtin import BUILTIN_LISTS
from lvs.listing.query import GalleryQuery

TRIED = 10  # filters whose removal is counted, at most

_AT_FIRST = {one.query: one.empty for one in BUILTIN_LISTS if one.empty is not None}


@dataclass(frozen=True, slots=True)
class Empty:
    """`link` and `url` lead to a list that is not empty."""

    heading: str
    text: str
    link: str
    url: str


def empty_context(
    query: GalleryQuery,
    narrowed_by: Sequence[tuple[str, GalleryQuery]],
    count: Callable[[GalleryQuery], int],
) -> Empty | None:
    """The message for a list without videos; None where the whole library has none.

    `narrowed_by` names each filter with the list without it. Offered is the one whose removal
    shows the most.
    """
    of_kinds = ((kind, count(GalleryQuery(kind=kind.id))) for kind in KINDS.values())
    shown, everything = next(((kind, n) for kind, n in of_kinds if n), (MAIN, 0))
    if not everything:
        return None
    heading, text = _said(query)
    counts = [(count(wider), name, wider) for name, wider in narrowed_by[:TRIED]]
    best, name, wider = max(counts, key=lambda it: it[0], default=(0, "", query))
    if best and query not in _AT_FIRST:
        return Empty(
            heading, text, f"Remove {name} ({formatting.plural(best, 'video')})", wider.url()
        )
    every = formatting.plural(everything, shown.words.one)
    return Empty(heading, text, f"Show all {every}", shown.list.url)


def _said(query: GalleryQuery) -> tuple[str, str]:
    if query in _AT_FIRST:
        return _AT_FIRST[query]
    if query.q:
        return f"No results for “{query.q}”", "No titles, folders or tags match."
    return "No videos match", "No video matches all filters."

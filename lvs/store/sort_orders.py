"""The sort orders of a list, each declared once: form, addresses, SQL and API read these."""

from __future__ import annotations

from dataclasses import dataclass

from lvs.store.playback import OWN_PROGRESS


@dataclass(frozen=True, slots=True)
class SortOrder:
    """One sort order. `name` is the value of `sort` in addresses and the API, `label` its option.

    `key` is the SQL expression that a list of items `i` is sorted by. `is_indexed` says that an
    index has it, so that a page of any list is read without sorting all of it. `needs_words` is
    for an order that only a search has. `directions` name its own direction and the other one; an
    order without them has one only. `is_personal` says that it is the viewer's own,
    `uses_average` that it is by the average of all ratings.
    """

    name: str
    label: str
    key: str
    descending: bool = False
    is_indexed: bool = True
    needs_words: bool = False
    directions: tuple[str, str] | None = None
    is_personal: bool = False
    uses_average: bool = False

    @property
    def has_direction(self) -> bool:
        return self.directions is not None


SORT_ORDERS = {
    one.name: one
    for one in (
        SortOrder(
            "newest",
            "Date added",
            "i.added_at",
            descending=True,
            directions=("Newest first", "Oldest first"),
        ),
        SortOrder("oldest", "Oldest", "i.added_at"),
        SortOrder("title", "Title", "i.title_key", directions=("A to Z", "Z to A")),
        SortOrder(
            "rating",
            "Rating",
            "i.rating_average",
            descending=True,
            uses_average=True,
            directions=("Highest first", "Lowest first"),
        ),
        SortOrder(
            "views",
            "Views",
            "i.view_count",
            descending=True,
            directions=("Most first", "Fewest first"),
        ),
        SortOrder(
            "duration",
            "Length",
            "i.duration_s",
            descending=True,
            directions=("Longest first", "Shortest first"),
        ),
        SortOrder(
            "size",
            "Size",
            "i.size_bytes",
            descending=True,
            directions=("Largest first", "Smallest first"),
        ),
        # Multiplying by a number modulo a prime shuffles the keys. Each seed has its own stable
        # order.
        SortOrder("random", "Random", "(i.random_key * :seed) % 2147483647", is_indexed=False),
        # Few hits are sorted by their rank instead; many, or a list without words, newest first.
        SortOrder("relevance", "Best match", "i.added_at", descending=True, needs_words=True),
        SortOrder(
            "recent",
            "Recently watched",
            f"coalesce((select updated_at {OWN_PROGRESS}), 0)",
            descending=True,
            is_indexed=False,
            is_personal=True,
            directions=("Latest first", "Earliest first"),
        ),
    )
}

"""The gallery's query string, parsed at the edge and written back the same way everywhere."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from lvs.errors import InvalidInputError
from lvs.kinds import ALL, KINDS, MAIN
from lvs.listing.search_syntax import LONGEST_Q, TAGS_AT_MOST, parse_search
from lvs.store.filters import FILTERS, NO_FILTERS, Filters
from lvs.store.sort_orders import SORT_ORDERS

# With one of these an address is that of a list.
LIST_ARGUMENTS = frozenset(
    (
        "sort",
        "direction",
        "folder",
        "seed",
        "after",
        "tag",
        "q",
        "kind",
        *(one.name for one in FILTERS),
    )
)
SEEDS = 2_147_483_646
SHOWN_AT_MOST = 600


# The order by age has a name for each direction.
_BY_AGE = {"asc": "oldest", "desc": "newest"}
DIRECTIONS = ("asc", "desc")


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """Which list a page shows. `folder` is a filename-style path, `""` for the whole library;
    `sort` `""` is the list's own order, and `kind` `""` its own kind, also when those were asked
    for: equal lists are equal."""

    sort: str = ""
    folder: str = ""
    seed: int = 0
    after: str = ""
    filters: Filters = NO_FILTERS
    tags: tuple[str, ...] = ()
    q: str = ""
    kind: str = ""
    direction: str = ""  # "asc" or "desc" where it is not the order's own

    def __post_init__(self) -> None:
        if self.kind == self._default_kind:
            object.__setattr__(self, "kind", "")
        if self.direction and self.order in _BY_AGE.values():
            object.__setattr__(self, "sort", _BY_AGE[self.direction])
        if self.direction and not self._turns(self.direction):
            object.__setattr__(self, "direction", "")
        if self.sort and self.order == self.default_order:
            object.__setattr__(self, "sort", "")

    @property
    def order(self) -> str:
        """The order of the store."""
        if self.sort and (self.q or not SORT_ORDERS[self.sort].needs_words):
            return self.sort
        return self.default_order

    def _turns(self, direction: str) -> bool:
        """Whether the order has directions, and this one is not its own."""
        order = SORT_ORDERS[self.order]
        return order.has_direction and order.descending != (direction == "desc")

    @property
    def default_order(self) -> str:
        """By relevance where there are words, a folder by title (its episodes), else newest."""
        return "relevance" if self.q else "title" if self.folder else "newest"

    @property
    def only_kind(self) -> str:
        """The kind that the list is restricted to; empty where it has all kinds."""
        kind = self.kind or self._default_kind
        return "" if kind == ALL else kind

    @property
    def _default_kind(self) -> str:
        """A search, a folder, a tag, and what a person likes or has started have all kinds; other
        lists have the main one."""
        if self.q or self.folder or self.tags:
            return ALL
        own = self.filters.get("favorites") or self.filters.get("started")
        return ALL if own else MAIN.id

    @property
    def is_filtered(self) -> bool:
        """Whether a video may enter or leave the list without coming or going."""
        return self.filters != NO_FILTERS or bool(self.tags or self.q)

    @property
    def is_personal(self) -> bool:
        """Whether one viewer's own data decides which videos it has, or their order."""
        return SORT_ORDERS[self.order].is_personal or self.filters.are_personal

    @property
    def uses_average(self) -> bool:
        """Whether the average of ratings decides which videos it has, or their order."""
        return SORT_ORDERS[self.order].uses_average or self.filters.use_average

    @property
    def is_costly(self) -> bool:
        """Whether reading it may take long in a large library: no index has its order or videos."""
        return self.is_filtered or not SORT_ORDERS[self.order].is_indexed

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """The list without the place in it, defaults left out."""
        pairs = [("folder", self.folder)] if self.folder else []
        if self.q:
            pairs.append(("q", self.q))
        pairs += [("tag", tag) for tag in self.tags]
        if self.kind:
            pairs.append(("kind", self.kind))
        pairs += [(name, str(value)) for name, value in self.filters.values]
        if self.sort:
            pairs.append(("sort", self.sort))
        if self.direction:
            pairs.append(("direction", self.direction))
        if self.seed:
            pairs.append(("seed", str(self.seed)))
        return pairs

    def url(self, path: str = "/all", **more: str | int) -> str:
        """An address of this list, with further arguments."""
        pairs = [*self.arguments, *((key, str(value)) for key, value in more.items())]
        query = urlencode(
            [(key, os.fsencode(value)) for key, value in pairs], safe="/", quote_via=quote
        )
        return f"{path}?{query}" if query else path

    def with_(self, **changes: Any) -> GalleryQuery:
        return replace(self, **changes)


def arguments_of(query_string: bytes) -> dict[str, str]:
    """Arguments of a request, names that are not UTF-8 kept as the file system has them.

    Only `tag` may come several times; those are joined by line breaks, which no tag holds.
    """
    text = query_string.decode("ascii", "replace")
    try:
        pairs = parse_qsl(text, errors="surrogateescape", max_num_fields=50)
    except ValueError as error:
        raise InvalidInputError("The address has too many arguments. Use 50 at most.") from error
    arguments = dict(pairs)
    if "tag" in arguments:
        tags = "\n".join(value for name, value in pairs if name == "tag")
        arguments["tag"] = tags.encode("utf-8", "replace").decode()  # no tag has such bytes
    return arguments


def parse_query(arguments: dict[str, str]) -> GalleryQuery:
    """The list that the arguments describe.

    Raises InvalidInputError that names the argument and what is allowed.
    """
    sort = arguments.get("sort", "")
    if sort and sort not in SORT_ORDERS:
        raise InvalidInputError(f"`sort` is {sort!r}; it must be one of {', '.join(SORT_ORDERS)}.")
    direction = arguments.get("direction", "")
    if direction and direction not in DIRECTIONS:
        raise InvalidInputError(
            f"`direction` is {direction[:40]!r}; it must be one of {', '.join(DIRECTIONS)}."
        )
    seed = 0
    if sort == "random":
        seed = whole_number(arguments, "seed", 1, SEEDS, default=random.randint(1, SEEDS))
    kind = arguments.get("kind", "")
    if kind and kind not in (*KINDS, ALL):
        raise InvalidInputError(
            f"`kind` is {kind[:40]!r}; it must be one of {', '.join(KINDS)}, or {ALL}."
        )
    text = " ".join(arguments.get("q", "").encode("utf-8", "replace").decode().split())
    given = GalleryQuery(
        sort,
        arguments.get("folder", ""),
        seed,
        arguments.get("after", ""),
        _filters(arguments),
        tuple(filter(None, arguments.get("tag", "").split("\n")))[:TAGS_AT_MOST],
        kind=kind,
        direction=direction,
    )
    found = parse_search(text[:LONGEST_Q])
    return replace(
        given,
        folder=found.folder or given.folder,
        filters=given.filters.with_(**found.filters),
        tags=(*given.tags, *found.tags)[:TAGS_AT_MOST],
        q=found.words,
        kind=found.kind or kind,
    )


def _filters(arguments: dict[str, str]) -> Filters:
    given = [one for one in FILTERS if arguments.get(one.name)]
    return Filters(
        **{one.name: whole_number(arguments, one.name, 0, one.highest, default=0) for one in given}
    )


def whole_number(arguments: dict[str, str], name: str, low: int, high: int, *, default: int) -> int:
    """An argument that must be a whole number within bounds. Raises InvalidInputError."""
    text = arguments.get(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not (low <= value <= high and text.isascii()):
        raise InvalidInputError(
            f"`{name}` is {text[:40]!r}; it must be a whole number from {low} to {high}."
        )
    return value

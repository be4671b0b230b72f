"""The gallery's query string, parsed at the edge and written back the same way everywhere."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

from lvs.errors import InvalidInputError
from lvs.models import SORTS

SEEDS = 2_147_483_646
SHOWN_AT_MOST = 600
TAGS_AT_MOST = 10
LONGEST_Q = 200


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """Which list a page shows. `folder` is a filename-style path, `""` for the whole library."""

    sort: str = "newest"
    folder: str = ""
    seed: int = 0
    after: str = ""
    favorites: bool = False
    min_rating: int = 0
    tags: tuple[str, ...] = ()
    q: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether a video may enter or leave the list without coming or going."""
        return self.favorites or self.min_rating > 0 or bool(self.tags or self.q)

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """The list without the place in it, defaults left out."""
        pairs = [("folder", self.folder)] if self.folder else []
        if self.q:
            pairs.append(("q", self.q))
        pairs += [("tag", tag) for tag in self.tags]
        if self.favorites:
            pairs.append(("favorites", "1"))
        if self.min_rating:
            pairs.append(("min_rating", str(self.min_rating)))
        if self.sort != "newest":
            pairs.append(("sort", self.sort))
        if self.seed:
            pairs.append(("seed", str(self.seed)))
        return pairs

    def url(self, path: str = "/", **more: str | int) -> str:
        """An address of this list, with further arguments."""
        pairs = [*self.arguments, *((key, str(value)) for key, value in more.items())]
        query = urlencode(
            [(key, os.fsencode(value)) for key, value in pairs], safe="/", quote_via=quote
        )
        return f"{path}?{query}" if query else path

    def with_(self, **changes: str | int | tuple[str, ...]) -> GalleryQuery:
        return replace(self, **changes)  # type: ignore[arg-type]


def arguments_of(query_string: bytes) -> dict[str, str]:
    """Arguments of a request, names that are not UTF-8 kept as the file system has them.

    Only `tag` may come several times; those are joined by line breaks, which no tag holds.
    """
    text = query_string.decode("ascii", "replace")
    try:
        pairs = parse_qsl(text, errors="surrogateescape", max_num_fields=50)
    except ValueError as error:
        raise InvalidInputError("There are too many arguments in the address.") from error
    arguments = dict(pairs)
    if "tag" in arguments:
        arguments["tag"] = "\n".join(value for name, value in pairs if name == "tag")
    return arguments


# Lists with an address of their own: what they add to the arguments.
PLACES: dict[str, dict[str, str]] = {
    "/": {},
    "/favorites": {"favorites": "1"},
    "/best-of": {"sort": "rating", "min_rating": "4"},
    "/popular": {"sort": "views"},
    "/search": {},
}


def parse_query(arguments: dict[str, str]) -> GalleryQuery:
    """Raises InvalidInputError that names the argument and what is allowed."""
    sort = arguments.get("sort") or "newest"
    if sort not in SORTS:
        raise InvalidInputError(f"`sort` is {sort!r}; it can be {', '.join(SORTS)}.")
    seed = 0
    if sort == "random":
        seed = whole_number(arguments, "seed", 1, SEEDS, default=random.randint(1, SEEDS))
    query = GalleryQuery(
        sort,
        arguments.get("folder", ""),
        seed,
        arguments.get("after", ""),
        bool(whole_number(arguments, "favorites", 0, 1, default=0)),
        whole_number(arguments, "min_rating", 0, 5, default=0),
        tuple(filter(None, arguments.get("tag", "").split("\n")))[:TAGS_AT_MOST],
        " ".join(arguments.get("q", "").encode("utf-8", "replace").decode().split())[:LONGEST_Q],
    )
    return with_qualifiers(query)


_QUALIFIER = re.compile(r'(?<!\S)(tag|is|rating|folder):(?:"([^"]+)"|(\S+))')


def with_qualifiers(query: GalleryQuery) -> GalleryQuery:
    """`tag:`, `is:favorite`, `rating:>=4` and `folder:` in the words become the filters they name.

    Raises InvalidInputError for one that cannot be understood.
    """
    for name, quoted, plain in _QUALIFIER.findall(query.q):
        value = quoted or plain
        if name == "tag":
            query = query.with_(tags=(*query.tags, value)[:TAGS_AT_MOST])
        elif name == "folder":
            query = query.with_(folder=value.strip("/"))
        elif name == "is" and value == "favorite":
            query = query.with_(favorites=True)
        elif name == "rating" and re.fullmatch(r">=[1-5]", value):
            query = query.with_(min_rating=int(value[-1]))
        else:
            raise InvalidInputError(
                f"`{name}:{value}` is no filter; there are `tag:`, `folder:`, `is:favorite` and "
                "`rating:>=1` to `rating:>=5`."
            )
    return query.with_(q=" ".join(_QUALIFIER.sub("", query.q).split()))


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

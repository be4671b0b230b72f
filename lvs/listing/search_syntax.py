"""Words of a search that name a filter: `tag:sea rating:>=4 is:unwatched duration:<10m`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lvs.errors import InvalidInputError
from lvs.kinds import KINDS
from lvs.store.filters import FILTERS

TAGS_AT_MOST = 10
LONGEST_Q = 200
QUALIFIERS = tuple(dict.fromkeys(one.qualifier for one in FILTERS))
NAMES = ("tag", "folder", "kind", *QUALIFIERS)
_QUALIFIER = re.compile(rf'(?<!\S)({"|".join(NAMES)}):(?:"([^"]+)"|(\S+))')
# At the end of a text that is being typed: the beginning of a name, or a value that may continue.
_UNFINISHED = re.compile(
    r"(?<!\S)(?:"
    + "|".join(name[:length] for name in NAMES for length in range(1, len(name) + 1))
    + rf'|(?:{"|".join(NAMES)}):(?:"[^"]*"?|\S*))\s*$'
)
_EXAMPLES = ["tag:name", "folder:name", *(f"kind:{kind}" for kind in KINDS)] + [
    example
    for qualifier in QUALIFIERS
    for one in FILTERS
    if one.qualifier == qualifier
    for example in one.examples
]


@dataclass
class ParsedSearch:
    """What a search text comes to: plain words, and the filters that it names."""

    words: str = ""
    folder: str = ""
    kind: str = ""
    tags: list[str] = field(default_factory=list)
    filters: dict[str, int] = field(default_factory=dict)


def is_unfinished(text: str) -> bool:
    """Whether a search ends in what is, or may become, a qualifier."""
    return _UNFINISHED.search(text) is not None


def without_unfinished(text: str) -> str:
    """A search that is being typed, without its last qualifier and those that say nothing."""

    def readable(match: re.Match[str]) -> str:
        name, value = match[1], match[2] or match[3]
        if name == "kind":
            return match[0] if value in KINDS else ""
        return match[0] if name in ("tag", "folder") or _filters(name, value) else ""

    return _QUALIFIER.sub(readable, _UNFINISHED.sub("", text))


def _filters(name: str, value: str) -> dict[str, int]:
    """The filters that a qualifier sets; none where it cannot be understood."""
    read = {one.name: one.read(value) for one in FILTERS if one.qualifier == name}
    return {argument: number for argument, number in read.items() if number is not None}


def parse_search(text: str) -> ParsedSearch:
    """Raises InvalidInputError for a qualifier that cannot be understood."""
    found = ParsedSearch(" ".join(_QUALIFIER.sub("", text).split()))
    for name, quoted, plain in _QUALIFIER.findall(text):
        value = quoted or plain
        if name == "tag":
            found.tags.append(value)
        elif name == "folder":
            found.folder = value.strip("/")
        elif name == "kind" and value in KINDS:
            found.kind = value
        else:
            filters = _filters(name, value)
            if not filters:
                raise InvalidInputError(
                    f"Unknown filter “{name}:{value}”. Try {', '.join(_EXAMPLES[:-1])} or "
                    f"{_EXAMPLES[-1]}."
                )
            found.filters |= filters
    return found

"""Words of a search that name a filter: `tag:sea rating:>=4 is:unwatched duration:<10m`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lvs.errors import InvalidInputError

TAGS_AT_MOST = 10
LONGEST_Q = 200
LONGEST_S = 7 * 24 * 3600
# Arguments of a list that are numbers, as `models.Filters` names them: the highest of each.
FILTER_BOUNDS = {
    "favorites": 1,
    "watched": 1,
    "started": 1,
    "min_rating": 5,
    "min_duration": LONGEST_S,
    "max_duration": LONGEST_S,
    "min_height": 100_000,
    "max_height": 100_000,
    "vr": 1,
    "stereo": 1,
}

NAMES = ("tag", "folder", "is", "rating", "duration", "height")
_QUALIFIER = re.compile(rf'(?<!\S)({"|".join(NAMES)}):(?:"([^"]+)"|(\S+))')
# At the end of a text that is being typed: the beginning of a name, or a value that may go on.
_UNFINISHED = re.compile(
    r"(?<!\S)(?:"
    + "|".join(name[:length] for name in NAMES for length in range(1, len(name) + 1))
    + rf'|(?:{"|".join(NAMES)}):(?:"[^"]*"?|\S*))\s*$'
)
_COMPARED = re.compile(r"(>=|<=|>|<|=|)(.+)")
_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s?)?")
_HEIGHTS = {"4k": 2160, "5k": 2880, "8k": 4320}
_IS: dict[str, dict[str, bool]] = {
    "favorite": {"favorites": True},
    "watched": {"watched": True},
    "unwatched": {"watched": False},
    "started": {"started": True},
    "vr": {"vr": True},
    "3d": {"stereo": True},
}


@dataclass
class ParsedSearch:
    """What a search text comes to: plain words, and the filters that it names."""

    words: str = ""
    folder: str = ""
    tags: list[str] = field(default_factory=list)
    filters: dict[str, Any] = field(default_factory=dict)


def is_unfinished(text: str) -> bool:
    """Whether a search ends in what is, or may become, a qualifier."""
    return _UNFINISHED.search(text) is not None


def without_unfinished(text: str) -> str:
    """A search that is being typed, without its last qualifier and those that say nothing."""

    def readable(match: re.Match[str]) -> str:
        name, value = match[1], match[2] or match[3]
        return match[0] if name in ("tag", "folder") or _filters(name, value) else ""

    return _QUALIFIER.sub(readable, _UNFINISHED.sub("", text))


def _filters(name: str, value: str) -> dict[str, Any] | None:
    return _NUMBERS[name](value) if name in _NUMBERS else _IS.get(value)


def parse_search(text: str) -> ParsedSearch:
    """Raises InvalidInputError for a qualifier that cannot be understood."""
    found = ParsedSearch(" ".join(_QUALIFIER.sub("", text).split()))
    for name, quoted, plain in _QUALIFIER.findall(text):
        value = quoted or plain
        if name == "tag":
            found.tags.append(value)
        elif name == "folder":
            found.folder = value.strip("/")
        else:
            filters = _filters(name, value)
            if filters is None:
                raise InvalidInputError(
                    f"Unknown filter “{name}:{value}”. Try tag:name, folder:name, is:favorite, "
                    "is:watched, is:unwatched, is:started, is:vr, is:3d, rating:>=4, "
                    "duration:<10m or height:>=1080."
                )
            found.filters |= filters
    return found


def _rating(text: str) -> dict[str, Any] | None:
    """Averages have no exact value to ask for, so only `>=` (also left out) and `>`."""
    found = re.fullmatch(r"(?:>=)?([1-5])|>([1-4])", text)
    return {"min_rating": int(found[1] or int(found[2]) + 1)} if found else None


def _bounds(
    name: str, highest: int, number: Callable[[str], int | None]
) -> Callable[[str], dict[str, Any] | None]:
    """Reads `>=10m` and the like as the least that is in and the first that is out."""

    def read(text: str) -> dict[str, Any] | None:
        found = _COMPARED.fullmatch(text)
        value = number(found[2]) if found else None
        if found is None or value is None or not 0 < value < highest:
            return None
        low = {f"min_{name}": value + (found[1] == ">")}
        high = {f"max_{name}": value + (found[1] != "<")}
        return {">=": low, ">": low, "<": high, "<=": high}.get(found[1], low | high)

    return read


def _seconds(text: str) -> int | None:
    found = _DURATION.fullmatch(text.lower())
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _lines(text: str) -> int | None:
    number = text.lower().removesuffix("p")
    if number in _HEIGHTS:
        return _HEIGHTS[number]
    return int(number) if re.fullmatch(r"\d{1,5}", number) else None


_NUMBERS: dict[str, Callable[[str], dict[str, Any] | None]] = {
    "rating": _rating,
    "duration": _bounds("duration", LONGEST_S, _seconds),
    "height": _bounds("height", 100_000, _lines),
}

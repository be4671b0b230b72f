"""The filters of a list, each declared once: addresses, form, chips, search and API read these."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lvs import formatting
from lvs.kinds import KINDS
from lvs.kinds.kind import Kind
from lvs.models import LONGEST_S
from lvs.store.playback import OWN_PROGRESS

HIGHEST_PX = 100_000

Reader = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class FilterRows:
    """The rows of a table, called `found`, that have all items of a filter. An index has them:
    gathering them may be cheaper than asking each item."""

    table: str
    condition: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list. Its value is a whole number from 0 to `highest`.

    `name` is its argument in addresses and the API. An item `i` must meet the SQL `condition`,
    which has the value as `:name`; for the value 0 it is `negation`, without which 0 is no filter.

    `read` takes what follows the word `qualifier:` in a search, and returns the value or None where
    that text does not set this filter. `examples` are listed when a search has an unknown word.

    `named` says a value in words; a chip is `chip` with those words in place of `{}`. The form has
    a control with this `label`: a menu of `options`, or without those a check box, or a field for a
    number where there are more than two values. A filter without a label has no control; the form
    removes it unless `is_kept`.
    """

    name: str
    highest: int
    condition: str
    qualifier: str
    read: Reader
    chip: str
    examples: tuple[str, ...] = ()
    negation: str = ""
    label: str = ""
    options: tuple[int, ...] = ()
    named: Callable[[int], str] = str
    is_kept: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether it is about the viewer's own data."""
        return ":viewer" in self.condition

    @property
    def uses_average(self) -> bool:
        """Whether it is about the average of all ratings."""
        return "rating_average" in self.condition


def _stars(text: str) -> int | None:
    """Averages have no exact value to ask for, so only `>=` (also left out) and `>`."""
    found = re.fullmatch(r"(?:>=)?([1-5])|>([1-4])", text)
    return int(found[1] or int(found[2]) + 1) if found else None


def _at_least(number: Reader, highest: int) -> Reader:
    """Reads `>=10m`, `>10m` and `10m` as the least value that is in."""

    def read(text: str) -> int | None:
        sign, value = _compared(text, number, highest)
        return None if value is None or sign in ("<", "<=") else value + (sign == ">")

    return read


def _below(number: Reader, highest: int) -> Reader:
    """Reads `<10m`, `<=10m` and `10m` as the first value that is out."""

    def read(text: str) -> int | None:
        sign, value = _compared(text, number, highest)
        return None if value is None or sign in (">", ">=") else value + (sign != "<")

    return read


_COMPARED = re.compile(r"(>=|<=|>|<|=|)(.+)")


def _compared(text: str, number: Reader, highest: int) -> tuple[str, int | None]:
    """The sign and what is compared with; None for what is no number or out of bounds."""
    found = _COMPARED.fullmatch(text)
    value = number(found[2]) if found else None
    if found is None or value is None or not 0 < value < highest:
        return "", None
    return found[1], value


def _named_stars(stars: int) -> str:
    return formatting.plural(stars, "star")


_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s?)?")


def _seconds(text: str) -> int | None:
    found = _DURATION.fullmatch(text.lower())
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


_HEIGHTS = {"4k": 2160, "5k": 2880, "8k": 4320}
_HEIGHT_NAMES = {2160: "4K", 4320: "8K"}


def _lines(text: str) -> int | None:
    number = text.lower().removesuffix("p")
    if number in _HEIGHTS:
        return _HEIGHTS[number]
    return int(number) if re.fullmatch(r"\d{1,5}", number) else None


def _height(lines: int) -> str:
    return _HEIGHT_NAMES.get(lines, f"{lines}p")


def _day(text: str) -> int | None:
    """`12-24` is December 24."""
    found = re.fullmatch(r"(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])", text)
    return int(found[1]) * 100 + int(found[2]) if found else None


def _named_day(day: int) -> str:
    """In words; the number of what is no month."""
    month = day // 100
    return f"{calendar.month_name[month]} {day % 100}" if 1 <= month <= 12 else str(day)


# The value of `day` as text: 12-24.
_DAY = (
    "(substr(cast(:day + 10000 as text), 2, 2) || '-' || substr(cast(:day + 10000 as text), 4, 2))"
)
_WATCHED = f"exists (select 1 {OWN_PROGRESS} and watched = 1)"
_LENGTHS = tuple(minutes * 60 for minutes in (1, 5, 10, 20, 30, 60, 90, 120))


def _playable(kind: Kind) -> str:
    """SQL for an item of a kind that browsers play."""
    is_kind, support = f"i.kind = '{kind.id}'", kind.browsers
    if support is None:
        return is_kind
    codec = (
        f"exists (select 1 from {kind.table} where item_id = i.id"
        f" and {support.codec} in ({_texts(support.codecs)}))"
    )
    container = f" and i.container in ({_texts(support.containers)})" if support.containers else ""
    return f"{is_kind} and {codec}{container}"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_PLAYABLE = f"({' or '.join(f'({_playable(kind)})' for kind in KINDS.values())})"


def _year_began(year: str) -> str:
    """SQL for the first millisecond of a year in UTC: its days since 1970, with the leap days."""
    days = f"365 * ({year} - 1970) + ({year} - 1969) / 4 - ({year} - 1901) / 100"
    return f"({days} + ({year} - 1601) / 400) * 86400000"


_YEAR = "cast(:year as bigint)"
_IN_YEAR = (
    f"(substr(i.recorded_at, 1, 4) = cast({_YEAR} as text) or i.recorded_at is null"
    f" and i.added_at >= {_year_began(_YEAR)} and i.added_at < {_year_began(f'({_YEAR} + 1)')})"
)

# In the order of addresses, chips, controls and the API's document.
FILTERS = (
    Filter(
        "favorites",
        1,
        "exists (select 1 from favorite where item_id = i.id and user_id = :viewer)",
        "is",
        {"favorite": 1}.get,
        chip="Favorites",
        examples=("is:favorite",),
        label="Favorites",
    ),
    Filter(
        "watched",
        1,
        _WATCHED,
        "is",
        {"watched": 1, "unwatched": 0}.get,
        chip="{}",
        examples=("is:watched", "is:unwatched"),
        negation=f"not {_WATCHED}",
        label="Watched",
        options=(0, 1),
        named=("Unwatched", "Watched").__getitem__,
    ),
    Filter(  # started and not finished
        "started",
        1,
        f"exists (select 1 {OWN_PROGRESS} and position_s >= :worth)",
        "is",
        {"started": 1}.get,
        chip="In progress",
        examples=("is:started",),
        is_kept=True,
    ),
    Filter(
        "min_rating",
        5,
        "exists (select 1 from rating"
        " where item_id = i.id and user_id = :viewer and value >= :min_rating)",
        "rating",
        _stars,
        chip="{} or more",
        examples=("rating:>=4",),
        label="My rating, minimum",
        options=(1, 2, 3, 4, 5),
        named=_named_stars,
    ),
    Filter(
        "unrated",
        1,
        "not exists (select 1 from rating where item_id = i.id and user_id = :viewer)",
        "is",
        {"unrated": 1}.get,
        chip="Not rated",
        examples=("is:unrated",),
        label="Not rated by me",
    ),
    Filter(
        "min_average",
        5,
        "i.rating_average >= :min_average",
        "average",
        _stars,
        chip="Average of {} or more",
        examples=("average:>=4",),
        label="Average rating, minimum",
        options=(1, 2, 3, 4, 5),
        named=_named_stars,
    ),
    Filter(
        "min_duration",
        LONGEST_S,
        "i.duration_s >= :min_duration",
        "duration",
        _at_least(_seconds, LONGEST_S),
        chip="{} or longer",
        label="Minimum length",
        options=_LENGTHS,
        named=formatting.length,
    ),
    Filter(
        "max_duration",
        LONGEST_S,
        # A video that is not probed yet has no duration, and is not short.
        "i.duration_s < :max_duration and i.duration_s > 0",
        "duration",
        _below(_seconds, LONGEST_S),
        chip="Shorter than {}",
        examples=("duration:<10m",),
        label="Maximum length",
        options=_LENGTHS,
        named=formatting.length,
    ),
    Filter(
        "min_height",
        HIGHEST_PX,
        "exists (select 1 from video_facts where item_id = i.id and height >= :min_height)",
        "height",
        _at_least(_lines, HIGHEST_PX),
        chip="{} or higher",
        examples=("height:>=1080",),
        label="Minimum resolution",
        options=(720, 1080, 1440, 2160, 4320),
        named=_height,
    ),
    Filter(
        "max_height",
        HIGHEST_PX,
        "exists (select 1 from video_facts where item_id = i.id and height < :max_height)",
        "height",
        _below(_lines, HIGHEST_PX),
        chip="Below {}",
        named=_height,
    ),
    Filter(  # recorded on this day of any year: month * 100 + day
        "day",
        1231,
        f"i.recorded_at is not null and substr(i.recorded_at, 6, 5) = {_DAY}",
        "day",
        _day,
        chip="Recorded on {}",
        examples=("day:12-24",),
        named=_named_day,
        is_kept=True,
    ),
    Filter(
        "year",
        9999,
        _IN_YEAR,
        "year",
        lambda text: int(text) if re.fullmatch(r"[12]\d{3}", text) else None,
        chip="Year {}",
        examples=("year:2024",),
        label="Year recorded, else added",
    ),
    Filter(
        "playable",
        1,
        _PLAYABLE,
        "is",
        {"playable": 1}.get,
        chip="Playable in browsers",
        examples=("is:playable",),
        label="Playable in browsers",
    ),
    Filter(
        "vr",
        1,
        "exists (select 1 from video_facts where item_id = i.id"
        " and effective_projection <> 'flat')",
        "is",
        {"vr": 1}.get,
        chip="VR (180°/360°)",
        examples=("is:vr",),
        label="VR (180°/360°)",
    ),
    Filter(
        "stereo",
        1,
        "exists (select 1 from video_facts where item_id = i.id and effective_stereo <> 'mono')",
        "is",
        {"3d": 1}.get,
        chip="3D",
        examples=("is:3d",),
        label="3D",
    ),
)
_BY_NAME = {one.name: one for one in FILTERS}
# The rows that have all items of a filter whose value is not 0.
_ROWS = {
    "favorites": FilterRows("favorite", "found.user_id = :viewer"),
    "watched": FilterRows("playback_progress", "found.user_id = :viewer and found.watched = 1"),
    "started": FilterRows(
        "playback_progress", "found.user_id = :viewer and found.position_s >= :worth"
    ),
    "min_rating": FilterRows("rating", "found.user_id = :viewer and found.value >= :min_rating"),
    "day": FilterRows(
        "(select id as item_id, recorded_at from item)",
        f"substr(found.recorded_at, 6, 5) = {_DAY}",
    ),
    "vr": FilterRows("video_facts", "found.effective_projection <> 'flat'"),
    "stereo": FilterRows("video_facts", "found.effective_stereo <> 'mono'"),
}


@dataclass(frozen=True, slots=True, init=False)
class Filters:
    """The filters of a list that are set, as pairs of name and value in the order of `FILTERS`.

    `min_` bounds are inclusive, `max_` bounds exclusive; durations are seconds, heights pixels as
    displayed. `Filters(vr=True)` sets one; values that are no filter are left out, so that equal
    lists are equal. Raises TypeError for an unknown name.
    """

    values: tuple[tuple[str, int], ...]

    def __init__(self, **values: int | None) -> None:
        unknown = values.keys() - _BY_NAME.keys()
        if unknown:
            raise TypeError(f"No filter is named {', '.join(sorted(unknown))}.")
        found = tuple(
            (one.name, int(value))
            for one in FILTERS
            if (value := values.get(one.name)) is not None and (value or one.negation)
        )
        object.__setattr__(self, "values", found)

    def get(self, name: str) -> int | None:
        """The value of a filter; None where it is not set. Raises KeyError for an unknown name."""
        wanted = _BY_NAME[name].name
        return next((value for one, value in self.values if one == wanted), None)

    def with_(self, **changes: int | None) -> Filters:
        """With some set to other values; None removes one."""
        return Filters(**{**dict(self.values), **changes})

    @property
    def rows(self) -> FilterRows | None:
        """The rows that have all items of the list, if one filter has such."""
        found = (name for name, value in self.values if value and name in _ROWS)
        return _ROWS.get(next(found, ""))

    @property
    def are_personal(self) -> bool:
        """Whether one of them is about the viewer's own data."""
        return any(_BY_NAME[name].is_personal for name, _ in self.values)

    @property
    def use_average(self) -> bool:
        """Whether one of them is about the average of ratings."""
        return any(_BY_NAME[name].uses_average for name, _ in self.values)

    @property
    def conditions(self) -> list[str]:
        """SQL that an item `i` of the list meets. Its parameters are `values`, `:worth` and
        `:viewer`."""
        return [
            _BY_NAME[name].condition if value else _BY_NAME[name].negation
            for name, value in self.values
        ]


NO_FILTERS = Filters()

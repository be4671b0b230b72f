"""The filters of a list: their names as chips, and the form that sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lvs import formatting
from lvs.listing.query import GalleryQuery
from lvs.models import Filters

_MINUTES = (1, 5, 10, 20, 30, 60, 90, 120)
_LINES = {720: "720p", 1080: "1080p", 1440: "1440p", 2160: "4K", 4320: "8K"}


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    value: str
    current: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One of several values for an argument; the first is for any."""

    label: str
    argument: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Check:
    label: str
    argument: str
    on: bool


@dataclass(frozen=True, slots=True)
class FilterForm:
    """`kept` are the arguments that the form leaves as they are."""

    checks: tuple[Check, ...]
    selects: tuple[Select, ...]
    kept: tuple[tuple[str, str], ...]


def filter_names(filters: Filters) -> list[tuple[str, dict[str, Any]]]:
    """What each filter that is set is called, and the change that takes it away."""
    found: list[tuple[str, dict[str, Any]]] = []
    if filters.favorites:
        found.append(("Favorites", {"favorites": False}))
    if filters.started:
        found.append(("In progress", {"started": False}))
    if filters.watched is not None:
        found.append(("Watched" if filters.watched else "Unwatched", {"watched": None}))
    if filters.min_rating:
        found.append((f"{filters.min_rating} stars or more", {"min_rating": 0}))
    if filters.min_duration:
        name = f"{formatting.length(filters.min_duration)} or longer"
        found.append((name, {"min_duration": 0}))
    if filters.max_duration:
        name = f"Shorter than {formatting.length(filters.max_duration)}"
        found.append((name, {"max_duration": 0}))
    if filters.min_height:
        found.append((f"{_lines(filters.min_height)} or higher", {"min_height": 0}))
    if filters.max_height:
        found.append((f"Below {_lines(filters.max_height)}", {"max_height": 0}))
    if filters.vr:
        found.append(("VR (180°/360°)", {"vr": False}))
    if filters.stereo:
        found.append(("3D", {"stereo": False}))
    return found


def filter_form(query: GalleryQuery) -> FilterForm:
    filters = query.filters
    minutes = {minute * 60: formatting.length(minute * 60) for minute in _MINUTES}
    stars = {value: formatting.plural(value, "star") for value in range(1, 6)}
    watched = None if filters.watched is None else int(filters.watched)
    kept = query.with_(filters=Filters(started=filters.started), after="").arguments
    return FilterForm(
        checks=(
            Check("Favorites", "favorites", filters.favorites),
            Check("VR (180°/360°)", "vr", filters.vr),
            Check("3D", "stereo", filters.stereo),
        ),
        selects=(
            _select("Watched", "watched", {0: "Unwatched", 1: "Watched"}, watched),
            _select("Minimum rating", "min_rating", stars, filters.min_rating or None),
            _select("Minimum length", "min_duration", minutes, filters.min_duration or None),
            _select("Maximum length", "max_duration", minutes, filters.max_duration or None),
            _select("Minimum resolution", "min_height", _LINES, filters.min_height or None),
        ),
        kept=tuple((name, value) for name, value in kept),
    )


def _select(label: str, argument: str, names: dict[int, str], current: int | None) -> Select:
    if current is not None and current not in names:  # asked for in words
        own = formatting.length(current) if "duration" in argument else _lines(current)
        names = dict(sorted({**names, current: own}.items()))
    options = [Option(name, str(value), value == current) for value, name in names.items()]
    return Select(label, argument, (Option("Any", "", current is None), *options))


def _lines(height: int) -> str:
    return _LINES.get(height, f"{height}p")

"""The filters of a list: their names as chips, and the form that sets them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lvs.kinds import KINDS
from lvs.listing.query import GalleryQuery
from lvs.store.filters import FILTERS, Filter, Filters


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


def filter_names(filters: Filters) -> list[tuple[str, Filters]]:
    """What each filter that is set is called, and the filters without it."""
    found = []
    for one in FILTERS:
        value = filters.get(one.name)
        if value is not None:
            found.append((one.chip.format(one.named(value)), filters.with_(**{one.name: None})))
    return found


def filter_form(query: GalleryQuery) -> FilterForm:
    checks, selects = _fields(query.filters, query.only_kind)
    kept = query.filters.with_(**{one.name: None for one in FILTERS if not one.is_kept})
    return FilterForm(checks, selects, tuple(query.with_(filters=kept, after="").arguments))


@lru_cache(maxsize=256)  # most pages have no filter: they share one form
def _fields(filters: Filters, only_kind: str) -> tuple[tuple[Check, ...], tuple[Select, ...]]:
    others = [kind for kind in KINDS.values() if only_kind not in ("", kind.id)]
    unmet = {name for kind in others for name in kind.filters}
    shown = [one for one in FILTERS if one.label and one.name not in unmet]
    checks = tuple(
        Check(one.label, one.name, filters.get(one.name) is not None)
        for one in shown
        if not one.options
    )
    return checks, tuple(_select(one, filters.get(one.name)) for one in shown if one.options)


def _select(one: Filter, current: int | None) -> Select:
    values = {*one.options} if current is None else {*one.options, current}  # or set in the words
    options = [Option(one.named(value), str(value), value == current) for value in sorted(values)]
    return Select(one.label, one.name, (Option("Any", "", current is None), *options))

"""The filters of a list: their names as chips, and the form that sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lvs import formatting, paths
from lvs.folders import Folders
from lvs.kinds import KINDS
from lvs.listing.query import GalleryQuery
from lvs.models import Folder, Tag
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
class NumberField:
    """`value` is empty where it is not set."""

    label: str
    argument: str
    value: str
    highest: int


@dataclass(frozen=True, slots=True)
class FilterForm:
    """`kept` are the arguments that the form leaves as they are, `clear` the list without any of
    its filters."""

    checks: tuple[Check, ...]
    selects: tuple[Select, ...]
    numbers: tuple[NumberField, ...]
    clear: str
    kept: tuple[tuple[str, str], ...]


def filter_names(filters: Filters) -> list[tuple[str, Filters]]:
    """What each filter that is set is called, and the filters without it."""
    found = []
    for one in FILTERS:
        value = filters.get(one.name)
        if value is not None:
            found.append((one.chip.format(one.named(value)), filters.with_(**{one.name: None})))
    return found


def filter_form(query: GalleryQuery, places: Sequence[Select] = ()) -> FilterForm:
    """`places` are controls for the folder and a further tag: see `place_selects`."""
    checks, selects, numbers = _fields(query.filters, query.only_kind)
    kept = query.filters.with_(**{one.name: None for one in FILTERS if not one.is_kept})
    replaced = {place.argument for place in places} - {"tag"}
    return FilterForm(
        checks=checks,
        selects=(*places, *selects),
        numbers=numbers,
        clear=query.with_(filters=kept, tags=(), kind="", after="").url(),
        kept=tuple(
            (name, value)
            for name, value in query.with_(filters=kept, after="").arguments
            if name not in replaced
        ),
    )


@lru_cache(maxsize=256)  # most pages have no filter: they share one form
def _fields(
    filters: Filters, only_kind: str
) -> tuple[tuple[Check, ...], tuple[Select, ...], tuple[NumberField, ...]]:
    others = [kind for kind in KINDS.values() if only_kind not in ("", kind.id)]
    unmet = {name for kind in others for name in kind.filters}
    shown = [one for one in FILTERS if one.label and one.name not in unmet]
    numbers = [one for one in shown if not one.options and one.highest > 1]
    return (
        tuple(
            Check(one.label, one.name, filters.get(one.name) is not None)
            for one in shown
            if not one.options and one.highest == 1
        ),
        tuple(_select(one, filters.get(one.name)) for one in shown if one.options),
        tuple(
            NumberField(one.label, one.name, str(filters.get(one.name) or ""), one.highest)
            for one in numbers
        ),
    )


@lru_cache(maxsize=2048)  # every page of lists has the same folders and tags
def _counted(name: str, count: int, value: str) -> Option:
    return Option(f"{name} ({formatting.number(count)})", value, current=False)


def place_selects(
    folders: Folders, query: GalleryQuery, inside: Sequence[Folder], tags: Sequence[Tag]
) -> tuple[Select, ...]:
    """The folder, of those above it and those `inside`, and a further one of these tags, each with
    the number of its items."""
    parts = query.folder.split("/") if query.folder else []
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    options = [
        Option("Any", "", not query.folder),
        *(Option(paths.to_words(name), name, name == query.folder) for name in above),
        *(
            _counted(folder.name, folder.item_count, folders.filename(folder.root_id, folder.path))
            for folder in inside
        ),
    ]
    further = [
        _counted(tag.name, tag.count, tag.name) for tag in tags if tag.name not in query.tags
    ]
    first = Option("Any" if not query.tags else "Add another", "", current=True)
    found = [Select("Folder", "folder", tuple(options))] if len(options) > 1 else []
    found += [Select("Tag", "tag", (first, *further))] if further else []
    return tuple(found)


def _select(one: Filter, current: int | None) -> Select:
    values = {*one.options} if current is None else {*one.options, current}  # or set in the words
    options = [Option(one.named(value), str(value), value == current) for value in sorted(values)]
    return Select(one.label, one.name, (Option("Any", "", current is None), *options))

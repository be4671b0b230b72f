"""The filters of a list: a chip for each, its removal, and the form that sets them."""

from __future__ import annotations

import pytest

from lvs.contexts.filters import FilterForm, Select, filter_form, filter_names
from lvs.listing.query import GalleryQuery, parse_query
from lvs.store.filters import FILTERS, NO_FILTERS, Filters
from tests.helpers.html import elements, links
from tests.helpers.libraries import fill
from tests.helpers.servers import HOME, LocalServer

NAMES = {
    "favorites=1": "Favorites",
    "started=1": "In progress",
    "watched=1": "Watched",
    "watched=0": "Unwatched",
    "min_rating=1": "1 star or more",
    "min_rating=4": "4 stars or more",
    "unrated=1": "Not rated",
    "year=2020": "Year 2020",
    "playable=1": "Playable in browsers",
    "min_average=4": "Average of 4 stars or more",
    "min_duration=600": "10 min or longer",
    "max_duration=5400": "Shorter than 1 h 30 min",
    "min_height=2160": "4K or higher",
    "max_height=700": "Below 700p",
    "day=1224": "Recorded on December 24",
    "vr=1": "VR (180°/360°)",
    "stereo=1": "3D",
}


def query_of(text: str) -> GalleryQuery:
    return parse_query(dict(pair.split("=") for pair in text.split("&")))


def test_every_filter_has_a_name() -> None:
    assert {text.partition("=")[0] for text in NAMES} == {one.name for one in FILTERS}


def test_every_filter_is_documented() -> None:
    document = (HOME / "docs" / "API.md").read_text()
    arguments, _, syntax = document.partition("## Search syntax")
    for one in FILTERS:
        assert f"`{one.name}" in arguments, one.name
        assert f"`{one.qualifier}:" in syntax, one.qualifier
        for example in one.examples:
            assert f"`{example.partition('=')[0]}" in syntax, example


def test_filters_are_equal_when_the_same_are_set() -> None:
    assert Filters(watched=None, vr=False, min_rating=0) == NO_FILTERS
    assert Filters(watched=False) != NO_FILTERS
    assert len({Filters(vr=True, stereo=True), Filters(stereo=1, vr=1)}) == 1
    assert Filters(vr=True).get("vr") == 1
    with pytest.raises(TypeError, match="min_stars"):
        Filters(min_stars=4)


@pytest.mark.parametrize("text", NAMES)
def test_a_filter_has_a_name_and_can_be_removed(text: str) -> None:
    query = query_of(text)
    ((name, without),) = filter_names(query.filters)
    assert name == NAMES[text]
    assert without == NO_FILTERS


def select(form: FilterForm, argument: str) -> Select:
    (found,) = [one for one in form.selects if one.argument == argument]
    return found


def current(form: FilterForm) -> dict[str, str]:
    """What each field of the form is set to, without those that are not set."""
    checks = {check.argument: "1" for check in form.checks if check.on}
    selected = {
        one.argument: option.value
        for one in form.selects
        for option in one.options
        if option.current and option.value
    }
    numbers = {field.argument: field.value for field in form.numbers if field.value}
    return checks | selected | numbers


@pytest.mark.parametrize("text", sorted({*NAMES} - {"started=1", "max_height=700", "day=1224"}))
def test_the_form_shows_what_is_set(text: str) -> None:
    argument, _, value = text.partition("=")
    assert current(filter_form(query_of(text))) == {argument: value}


def test_a_value_that_was_typed_is_one_of_the_options() -> None:
    form = filter_form(query_of("min_duration=100&min_height=900"))
    lengths = [option.name for option in select(form, "min_duration").options]
    assert lengths[:4] == ["Any", "1 min", "1:40", "5 min"]
    heights = [option.name for option in select(form, "min_height").options]
    assert heights[:4] == ["Any", "720p", "900p", "1080p"]
    assert current(form) == {"min_duration": "100", "min_height": "900"}


def test_the_form_leaves_the_rest_of_the_list_as_it_is() -> None:
    form = filter_form(query_of("folder=Trips&q=sea&started=1&vr=1&sort=size&tag=family"))
    assert dict(form.kept) == {
        "folder": "Trips",
        "q": "sea",
        "tag": "family",
        "started": "1",
        "sort": "size",
    }


async def test_each_chip_of_a_page_removes_its_own_filter(server: LocalServer) -> None:
    await fill(server.services.store, 6)
    page = (await server.get("/all?vr=0&min_rating=1&min_height=720&max_duration=7200")).text
    removals = [
        chip["href"]
        for chip in elements(page, "a", class_="chip")
        if chip.attributes.get("aria-label", "").startswith("Remove ")
    ]
    left = [query_of(url.partition("?")[2]).filters for url in removals]
    assert sorted(left, key=str) == sorted(
        (
            Filters(min_height=720, max_duration=7200),
            Filters(min_rating=1, max_duration=7200),
            Filters(min_rating=1, min_height=720),
        ),
        key=str,
    )
    assert "/all" in links(page)

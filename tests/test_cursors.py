"""Cursors: a position in one order that survives changes of the list, and nothing else."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lvs.errors import InvalidInputError
from lvs.services import Services
from lvs.store import Transaction, files, gallery, search
from lvs.store.gallery import Key, decode_cursor, encode_cursor
from lvs.store.list_plan import ListSpec
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill

both_engines = pytest.mark.engines("sqlite", "postgres")

NEWEST = ListSpec(HOUSEHOLD, "newest")
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(
    INTEGERS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def walk(services: Services, spec: ListSpec, limit: int) -> list[int]:
    """The ids of all pages, one after the other."""
    found: list[int] = []
    after: str | None = None
    while True:
        rows, after = await services.store.read(gallery.list_page, spec, limit=limit, after=after)
        found += [item_id for item_id, _ in rows]
        if after is None:
            return found


@given(st.sampled_from(list(SORT_ORDERS)), st.integers(1, 2**31 - 2), VALUES, INTEGERS)
def test_a_cursor_is_read_as_it_was_written(
    sort: str, seed: int, value: str | float, item_id: int
) -> None:
    spec = ListSpec(HOUSEHOLD, sort, seed=seed)
    for failed in (False, True):
        key = Key(value, item_id, failed)
        cursor = encode_cursor(spec, key)
        assert decode_cursor(spec, cursor) == key
    assert not set(cursor) & set("=+/&?%# "), "it stands in addresses as it is"


@given(st.one_of(st.text(max_size=100), st.binary(max_size=60).map(lambda raw: raw.hex())))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="start from the first page"):
        decode_cursor(NEWEST, text)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "newest",
        [1, 2],  # of a version before orders were named
        ["newest", 1],
        ["newest", 1, 2, 3],
        ["newest", None, 2],
        ["newest", [1], 2],
        ["newest", 1, "2"],
        ["newest", 1, 2.5],
        ["newest", 2**63, 1],
        ["newest", 1, 2**63],
        ["newest", "\ud800", 1],
        ["title", "a", 1],
        [["newest"], 1, 2],
    ],
)
def test_json_that_is_no_cursor_of_the_order_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="start from the first page"):
        decode_cursor(NEWEST, encoded(value))


def test_seeds_matter_to_the_random_order_alone() -> None:
    newest = encode_cursor(ListSpec(HOUSEHOLD, "newest", seed=3), Key(7, 1))
    assert decode_cursor(ListSpec(HOUSEHOLD, "newest", seed=4), newest) == Key(7, 1)
    shuffled = encode_cursor(ListSpec(HOUSEHOLD, "random", seed=3), Key(7, 1))
    with pytest.raises(InvalidInputError, match="another sort order"):
        decode_cursor(ListSpec(HOUSEHOLD, "random", seed=4), shuffled)


@pytest.mark.parametrize("limit", [1, 7, 29, 30, 31])
@pytest.mark.parametrize("sort", SORT_ORDERS)
async def test_pages_of_any_size_have_every_video_once(
    services: Services, sort: str, limit: int
) -> None:
    """Also where many have the same key: half have no views, and all the same rating."""
    await fill(services.store, 30)
    await services.store.write(
        lambda tx: tx.connection.execute(
            "update item set view_count = view_count * (id % 2), rating_average = 3"
        )
    )
    spec = ListSpec(HOUSEHOLD, sort, seed=5, match=search.expression("video"))
    found = await walk(services, spec, limit)
    assert sorted(found) == list(range(1, 31))
    assert found == await walk(services, spec, 100), "in one order"


@both_engines
@pytest.mark.parametrize("sort", ["newest", "title", "views", "random"])
async def test_the_next_page_follows_though_the_cursors_video_is_missing_now(
    services: Services, sort: str
) -> None:
    await fill(services.store, 30)
    spec = ListSpec(HOUSEHOLD, sort, seed=5)
    whole = await walk(services, spec, 100)
    _, after = await services.store.read(gallery.list_page, spec, limit=10, after=None)

    def lose(tx: Transaction) -> None:
        for item_id in whole[5:10]:
            files.mark_missing(tx, files.of_item(tx.connection, item_id))

    await services.store.write(lose)
    rows, _ = await services.store.read(gallery.list_page, spec, limit=100, after=after)
    assert [item_id for item_id, _ in rows] == whole[10:]


FAILED = (2, 5, 9)


async def fail_some(services: Services) -> None:
    await services.store.write(
        lambda tx: tx.connection.execute(
            f"update item set probe_error = 'The file is empty.' where id in {FAILED}"
        )
    )


@both_engines
@pytest.mark.parametrize("limit", [1, 4, 9, 10, 11, 100])
async def test_what_could_not_be_read_is_last_in_every_order(
    services: Services, limit: int
) -> None:
    await fill(services.store, 12)
    await fail_some(services)
    for sort in SORT_ORDERS:
        for reverse in (False, True):
            spec = ListSpec(HOUSEHOLD, sort, seed=9, reverse=reverse)
            found = await walk(services, spec, limit)
            assert sorted(found) == list(range(1, 13))
            assert set(found[-3:]) == set(FAILED), (sort, reverse)
            parts = [
                await walk(services, replace(spec, failed=failed), limit)
                for failed in (False, True)
            ]
            assert parts[0] + parts[1] == found
            count = await services.store.read(gallery.count, replace(spec, failed=True))
            assert count == 3
            assert await services.store.read(gallery.count, spec) == 12


async def test_a_direction_turns_the_order(services: Services) -> None:
    await fill(services.store, 9)
    for sort, order in SORT_ORDERS.items():
        spec = ListSpec(HOUSEHOLD, sort, seed=9, match=search.expression("video"))
        found = await walk(services, spec, 4)
        turned = await walk(services, replace(spec, reverse=True), 4)
        assert turned == (found[::-1] if order.has_direction else found), sort


@both_engines
async def test_neighbours_are_those_of_the_list(services: Services) -> None:
    await fill(services.store, 12)
    await fail_some(services)
    for sort in SORT_ORDERS:
        spec = ListSpec(HOUSEHOLD, sort, seed=9)
        whole = await walk(services, spec, 100)
        for place, item_id in enumerate(whole):
            key = await services.store.read(gallery.sort_key_of, spec, item_id)
            assert key is not None
            before, after = await services.store.read(gallery.around, spec, key, before=2, after=3)
            assert before == whole[max(0, place - 2) : place]
            assert after == whole[place + 1 : place + 4]
            following = await services.store.read(gallery.next_id, spec, key)
            assert following == (whole[place + 1] if place + 1 < len(whole) else None)

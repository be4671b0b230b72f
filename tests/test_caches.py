"""The bounded cache: which entry is removed, what counts as a hit, and use from several threads."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lvs.caches import Cache, hit_rate

KEPT = 4
keys = st.integers(0, 7)
steps = st.lists(st.tuples(st.sampled_from(["get", "put", "refuse", "all", "clear"]), keys))


@given(steps)
def test_it_is_a_dictionary_of_the_entries_that_were_used_last(
    taken: list[tuple[str, int]],
) -> None:
    cache: Cache[int, int] = Cache(KEPT)
    expected: OrderedDict[int, int] = OrderedDict()
    hits = misses = 0
    for number, (step, key) in enumerate(taken, 1):
        wanted = expected.get(key)
        if step == "put":
            cache.put(key, number)
            expected[key] = number
            expected.move_to_end(key)
            while len(expected) > KEPT:
                expected.popitem(last=False)
            continue
        if step == "clear":
            cache.clear()
            expected.clear()
            continue
        if wanted is not None:
            expected.move_to_end(key)
        if step == "refuse":
            assert cache.get(key, lambda _: False) is None
            misses += 1
            continue
        found = cache.get(key) if step == "get" else cache.get_all([key, key])[key]
        assert found == wanted
        hits += wanted is not None
        misses += wanted is None
    assert (cache.hits, cache.misses) == (hits, misses)
    assert len(cache) == len(expected)
    assert all(cache.get(key) == value for key, value in expected.items())


def test_what_is_not_fresh_stays_for_those_to_whom_it_is() -> None:
    cache: Cache[str, int] = Cache(KEPT)
    cache.put("a", 3)
    assert cache.get("a", lambda value: value > 3) is None
    assert cache.get("a", lambda value: value == 3) == 3


def test_many_keys_are_found_at_once_with_those_that_are_absent() -> None:
    cache: Cache[str, int] = Cache(KEPT)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get_all(["b", "c", "a"]) == {"b": 2, "c": None, "a": 1}
    assert (cache.hits, cache.misses) == (2, 1)
    for key in ("d", "e", "f"):
        cache.put(key, 0)
    assert cache.get_all("ab") == {"a": 1, "b": None}  # `b` was read before `a`


def test_threads_that_share_it_lose_nothing_and_keep_its_bound() -> None:
    cache: Cache[int, int] = Cache(50)

    def use(start: int) -> int:
        wrong = 0
        for number in range(2_000):
            key = (start * 7 + number) % 200
            cache.put(key, key)
            found = cache.get((key * 3) % 200)
            wrong += found not in (None, (key * 3) % 200)
            wrong += len(cache) > 51  # between an insertion and its removal
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 0
    assert cache.hits + cache.misses == 8 * 2_000
    assert len(cache) == 50


@pytest.mark.parametrize(
    ("hits", "misses", "rate"), [(0, 0, 0.0), (0, 5, 0.0), (5, 0, 100.0), (1, 2, 33.3)]
)
def test_the_hit_rate_is_a_percentage(hits: int, misses: int, rate: float) -> None:
    assert hit_rate(hits, misses) == rate

"""How far work is, and how long it will take, by a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from lvs.progress import Progress


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`at(seconds)` sets the time."""
    now = [0.0]
    monkeypatch.setattr("lvs.progress.time", SimpleNamespace(monotonic=lambda: now[0]))

    def set_time(seconds: float) -> None:
        now[0] = seconds

    return set_time


def test_before_there_are_two_samples_no_time_is_promised(at: Callable[[float], None]) -> None:
    work = Progress()
    assert (work.rate, work.left_s, work.started) == (0.0, None, False)
    work.start()
    work.total = 10
    work.advance(1)
    assert (work.rate, work.left_s) == (0.0, None)
    at(0.1)  # too soon for another sample
    work.advance(1)
    assert (work.done, work.left_s) == (2, None)


def test_the_time_left_follows_the_rate_of_the_last_seconds(at: Callable[[float], None]) -> None:
    work = Progress()
    work.start()
    work.total = 100
    for second in range(1, 11):  # ten a second, first
        at(float(second))
        work.advance(5 if second < 6 else 10)
    assert work.done == 75
    assert work.rate == pytest.approx(70 / 9)
    assert work.left_s == pytest.approx(25 / (70 / 9))
    for second in range(11, 60):  # long after, only the new rate counts
        at(float(second))
        work.advance(0 if second < 39 else 1)
    assert work.rate == pytest.approx(1.0, rel=0.1)


def test_work_that_stands_still_takes_longer_and_longer(at: Callable[[float], None]) -> None:
    work = Progress()
    work.start()
    work.total = 10
    for second in (1.0, 2.0):
        at(second)
        work.advance(1)
    before = work.left_s
    at(20.0)
    assert before is not None
    assert work.left_s is not None
    assert work.left_s > 5 * before


def test_more_than_was_counted_leaves_nothing_to_do(at: Callable[[float], None]) -> None:
    work = Progress()
    work.start()
    work.total = 2
    for second in (1.0, 2.0):
        at(second)
        work.advance(2)
    assert work.left_s == 0.0


def test_a_new_start_knows_nothing_of_the_work_before(at: Callable[[float], None]) -> None:
    work = Progress()
    work.start()
    for second in (1.0, 2.0):
        at(second)
        work.advance(50)
    work.running = False
    work.start()
    assert (work.done, work.total, work.running, work.rate) == (0, 0, True, 0.0)

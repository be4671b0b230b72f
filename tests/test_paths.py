"""Names on disk as URLs, titles and sort keys."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lvs import kinds, paths

names = st.binary(min_size=1, max_size=60).filter(lambda b: b"\0" not in b).map(os.fsdecode)


@given(names)
def test_any_name_survives_the_way_through_a_url(name: str) -> None:
    assert paths.from_url(paths.to_url(name).encode("ascii")) == name


@given(names)
def test_any_name_can_be_shown(name: str) -> None:
    paths.to_words(name).encode("utf-8")
    paths.sort_key(paths.title_of(name)).encode("utf-8")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a/The.Big_Film.2010.mkv", "The Big Film 2010"),
        ("Already spaced. Name.mp4", "Already spaced. Name"),
        ("_.mp4", "_"),
    ],
)
def test_titles_read_like_titles(path: str, title: str) -> None:
    assert paths.title_of(path) == title


def test_titles_sort_as_people_expect() -> None:
    titles = ["Episode 10", "episode 2", "Élan", "Zebra", "eland"]
    assert sorted(titles, key=paths.sort_key) == [
        "Élan", "eland", "episode 2", "Episode 10", "Zebra",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["a.mp4.part", "a.crdownload", "a.tmp", ".hidden.mp4", "a.txt", "mp4", "a.mp4~"]
)
def test_what_is_no_finished_video_is_left_alone(name: str) -> None:
    assert not kinds.is_media_name(name)


def test_video_names_are_recognised_in_any_case() -> None:
    assert kinds.is_media_name("A.MP4")
    assert kinds.is_media_name("clip.m2ts")

"""The demo's library: every scene draws, and an interrupted run resumes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from tinytag import TinyTag

from lvs import kinds
from lvs.demo import make_library
from lvs.demo.catalogue import ENTRIES, Entry
from lvs.demo.library import captions, drawn, make_one
from lvs.demo.songs import SONGS, write_song
from lvs.errors import StartError
from lvs.media.projection import layout_of


@pytest.mark.parametrize("name", ENTRIES)
def test_each_scene_draws_a_picture_that_is_not_flat_and_moves(name: str) -> None:
    entry = replace(ENTRIES[name], drawn=ENTRIES[name].size[1] / 240)
    draw = drawn(name, entry)
    frame, later = draw(2.0), draw(4.0)
    assert frame.dtype == np.uint8
    assert frame.shape[0] == 240
    assert frame.std() > 12
    assert 20 < frame.mean() < 240
    assert 0.05 < np.abs(frame.astype(np.float32) - later).mean() < 90


def test_names_are_unique_and_those_of_videos() -> None:
    titles = [Path(name).stem for name in ENTRIES]
    assert len(set(titles)) == len(titles)
    assert all(kinds.is_media_name(Path(name).name) for name in ENTRIES)


def test_names_of_vr_videos_say_their_projection() -> None:
    layouts = [
        layout_of(name, *entry.size, None, None)
        for name, entry in ENTRIES.items()
        if name.startswith("VR/")
    ]
    assert {(layout.projection, layout.stereo) for layout in layouts} == {
        ("180", "sbs"),
        ("360", "mono"),
    }


def test_one_video_alone_cannot_be_played_by_a_browser() -> None:
    foreign = [n for n, entry in ENTRIES.items() if entry.form.audio == "ac3" or ".avi" in n]
    assert len(foreign) == 1


@pytest.mark.parametrize("name", [name for name in SONGS if "2.mp3" not in name])
def test_each_song_has_its_tags_and_its_cover(tmp_path: Path, name: str) -> None:
    song = replace(SONGS[name], seconds=2.0)
    write_song(tmp_path / name, song)
    with av.open(str(tmp_path / name)) as made:
        assert made.duration == pytest.approx(2_000_000, rel=0.1)
        assert len(made.streams.video) == (1 if song.cover else 0)
    tags = TinyTag.get(tmp_path / name)
    assert (tags.title, tags.artist or "", tags.album or "") == (
        song.title,
        song.artist,
        song.album,
    )


def tiny(name: str) -> Entry:
    return replace(ENTRIES[name], size=(160, 90), drawn=1.0, seconds=1.0)


def test_an_interrupted_run_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["City/Evening traffic.mp4", "Films/Paper Boats (2024).mp4"]
    entries = {name: tiny(name) for name in names}
    monkeypatch.setattr("lvs.demo.library.ENTRIES", entries)
    monkeypatch.setattr("lvs.demo.library.SONGS", {})

    class Here:
        """In place of worker processes."""

        def Pool(self, *_: object) -> Here:  # noqa: N802
            return self

        def __enter__(self) -> Here:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def imap_unordered(self, _make: object, lacking: list[str]) -> Iterator[None]:
            for name in lacking:
                make_one(tmp_path, name, entries)
                yield

    monkeypatch.setattr("multiprocessing.get_context", lambda _: Here())
    seen: list[tuple[int, int]] = []

    def stop_after_one(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 1 and total == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_library(tmp_path, stop_after_one)
    assert sum((tmp_path / name).exists() for name in names) == 1
    assert make_library(tmp_path, stop_after_one) == 1
    assert make_library(tmp_path, stop_after_one) == 0
    assert seen == [(0, 2), (1, 2), (0, 1), (1, 1)]
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "Evening traffic.mp4",
        "Paper Boats (2024).mp4",
        "Paper Boats (2024).vtt",
    ]
    with av.open(str(tmp_path / names[1])) as made:
        assert made.metadata["title"] == "Paper Boats (2024)"
        assert [stream.codec_context.name for stream in made.streams] == ["h264", "aac"]


def test_a_missing_package_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.demo.find_spec", lambda _: None)
    with pytest.raises(StartError, match=r"pip install -r requirements-demo\.txt"):
        make_library(tmp_path, lambda *_: None)


def test_captions_are_written_in_both_formats() -> None:
    lines = ((61.5, 64.0, "Hello."),)
    assert captions(lines, "srt") == "1\n00:01:01,500 --> 00:01:04,000\nHello.\n"
    assert captions(lines, "vtt") == "WEBVTT\n\n00:01:01.500 --> 00:01:04.000\nHello.\n"

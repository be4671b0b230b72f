"""The demo's files: shown the right way up, with sound to the end, dated, and never half made."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from lvs.demo import encode, sound
from lvs.demo.catalogue import ENTRIES, Entry
from lvs.demo.encode import FRAMES_PER_S, Format
from lvs.demo.library import make_one
from lvs.demo.paint import Array, Draw, Stage
from lvs.media.probe import facts_of, video_stream

SIZE = (96, 160)  # upright


def half_white(_: float) -> Array:
    """White above, black below."""
    frame = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    frame[: SIZE[1] // 2] = 255
    return frame


def written(path: Path, form: Format, sounds: Array | None = None, seconds: float = 1.0) -> Path:
    encode.write(path, half_white, seconds, SIZE, form, sounds, {"title": "A test"})
    return path


def facts(path: Path) -> Any:
    with av.open(str(path)) as container:
        stream = video_stream(container)
        frame = next(container.decode(stream))
        return facts_of(str(path), container, stream, frame)


def pixels(path: Path) -> Array:
    """The first frame as a player shows it."""
    with av.open(str(path)) as container:
        frame: Any = next(container.decode(video=0))
        return np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_video_is_shown_upright_whichever_way_it_is_stored(tmp_path: Path, rotation: int) -> None:
    path = written(tmp_path / "a.mp4", Format(rotation=rotation))
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.width, context.height) == (SIZE[::-1] if rotation else SIZE)
    shown = pixels(path)
    assert shown.shape[:2] == SIZE[::-1]
    assert shown[10].mean() > 200
    assert shown[-10].mean() < 50


def test_the_formats_of_the_catalogue_are_what_their_names_say(tmp_path: Path) -> None:
    found: dict[tuple[str, str, str], Any] = {}
    for name, entry in ENTRIES.items():
        ending = Path(name).suffix
        key = (entry.form.codec, entry.form.audio, ending)
        if key not in found:
            made = written(tmp_path / f"{len(found)}{ending}", entry.form, sound.wind(1.0))
            found[key] = facts(made)
    codecs = {(ending, f.video_codec, f.audio_codec) for (_, _, ending), f in found.items()}
    assert codecs == {
        (".mp4", "h264", "aac"),
        (".mp4", "hevc", "aac"),
        (".webm", "vp9", "opus"),
        (".avi", "mpeg4", "ac3"),
    }
    assert [key[0] for key, one in found.items() if one.hdr] == ["libx265"]


def test_sound_lasts_as_long_as_the_frames_and_lies_between_them(tmp_path: Path) -> None:
    """A player that reads the file from its beginning has both."""
    path = written(tmp_path / "a.mp4", Format(), sound.wind(4.0), seconds=4.0)
    with av.open(str(path)) as container:
        video: Any = container.streams.video[0]
        audio: Any = container.streams.audio[0]
        assert video.frames == 4 * FRAMES_PER_S
        for stream in (video, audio):
            assert float(stream.duration * stream.time_base) == pytest.approx(4, abs=0.1)
        kinds = [packet.stream.type for packet in container.demux() if packet.size]
    first_half = kinds[: len(kinds) // 2]
    assert 0.3 < first_half.count("audio") / kinds.count("audio") < 0.7


def test_a_sound_that_is_too_loud_is_limited(tmp_path: Path) -> None:
    loud = np.full((2, sound.RATE), 3.0, np.float32)
    path = written(tmp_path / "a.mp4", Format(), loud)
    with av.open(str(path)) as container:
        samples = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    assert np.abs(samples).max() < 1.5


def test_a_video_without_sound_has_no_track_for_it(tmp_path: Path) -> None:
    assert facts(written(tmp_path / "a.mp4", Format())).audio_codec is None


# --- one entry ---


def still(stage: Stage) -> Draw:
    return lambda t: np.full((stage.height, stage.width, 3), int(40 + 80 * t), np.uint8)


ENTRY = Entry(still, (160, 90), 1.0, age_days=30.0, drawn=1.0, captions=((0.1, 0.9, "Hello."),))


def test_a_video_is_as_old_as_its_entry_says(tmp_path: Path) -> None:
    make_one(tmp_path, "Folder/a.mp4", {"Folder/a.mp4": ENTRY})
    path = tmp_path / "Folder" / "a.mp4"
    assert path.stat().st_mtime == pytest.approx(time.time() - 30 * 86_400, abs=60)
    with av.open(str(path)) as container:
        assert container.metadata["title"] == "a"
    recorded = time.strftime("%Y-%m-%d", time.gmtime(path.stat().st_mtime))
    assert facts(path).recorded_at.startswith(recorded)
    assert "Hello." in path.with_suffix(".srt").read_text("utf-8")


def test_a_video_that_could_not_be_finished_is_made_again(tmp_path: Path) -> None:
    def fails_in_the_middle(stage: Stage) -> Draw:
        def draw(t: float) -> Array:
            if t > 0.5:
                raise MemoryError
            return still(stage)(t)

        return draw

    broken = {"a.mp4": replace(ENTRY, scene=fails_in_the_middle)}
    with pytest.raises(MemoryError):
        make_one(tmp_path, "a.mp4", broken)
    assert not (tmp_path / "a.mp4").exists()
    assert all(name.startswith(".") or name == "a.srt" for name in os.listdir(tmp_path))
    make_one(tmp_path, "a.mp4", {"a.mp4": ENTRY})
    assert sorted(os.listdir(tmp_path)) == ["a.mp4", "a.srt"]
    assert facts(tmp_path / "a.mp4").duration_s == pytest.approx(1, abs=0.1)


# --- the catalogue ---


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_makes_sense(name: str) -> None:
    entry = ENTRIES[name]
    assert all(side % 2 == 0 for side in entry.size), "4:2:0 needs even sides"
    assert 5 <= entry.seconds <= 90
    assert 0 < entry.age_days < 3 * 365
    assert 0 <= entry.seed.position_s < entry.seconds
    assert entry.seed.rating in (None, 1, 2, 3, 4, 5)
    ends = [0.0, *(end for _, end, _ in entry.captions)]
    for (start, end, text), before in zip(entry.captions, ends, strict=False):
        assert before <= start < end <= entry.seconds
        assert text.strip()


def test_the_demo_shows_what_the_pages_can_show() -> None:
    """Each rating, tags in common, something to resume, captions, every age and shape."""
    seeds = [entry.seed for entry in ENTRIES.values()]
    assert {3, 4, 5} <= {seed.rating for seed in seeds}
    assert None in {seed.rating for seed in seeds}
    assert any(seed.position_s for seed in seeds)
    assert any(seed.favorite for seed in seeds)
    assert not all(seed.views for seed in seeds)
    tags = [tag for seed in seeds for tag in seed.tags]
    assert max(map(tags.count, tags)) >= 3
    sizes = [entry.size for entry in ENTRIES.values()]
    assert any(width < height for width, height in sizes)
    assert any(width == height for width, height in sizes)
    assert any(height >= 2160 for _, height in sizes)
    ages = [entry.age_days for entry in ENTRIES.values()]
    assert min(ages) < 7
    assert max(ages) > 300
    assert {entry.captions_kind for entry in ENTRIES.values() if entry.captions} == {"srt", "vtt"}

"""What a probe finds in audio files: facts, tags, and a cover or a waveform."""

from __future__ import annotations

import wave
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest

from lvs.kinds.audio import waveform
from lvs.media import probe, processing
from lvs.media.facts import Result
from lvs.media.thumbnail_files import file_path
from tests.helpers.songs import CODECS, Song, make_song

KEY = "ab" * 8
TAGGED = [extension for extension in CODECS if extension != ".aac"]


def probed(path: Path) -> Result:
    return processing.process(str(path), str(path.parent / "thumbnails"), KEY)


def thumbnail(path: Path, name: str) -> av.VideoFrame:
    with av.open(str(file_path(path.parent / "thumbnails", KEY, name))) as container:
        return next(container.decode(video=0))


@pytest.mark.parametrize("extension", CODECS)
def test_every_format_has_its_facts_and_thumbnails(tmp_path: Path, extension: str) -> None:
    path = make_song(tmp_path / f"song{extension}")
    result = probed(path)
    assert result.error is None
    facts = result.facts
    assert facts["duration_s"] == pytest.approx(1.0, abs=0.15)
    assert (facts["sample_rate"], facts["channels"]) == (48_000, 2)
    assert facts["bit_rate"] > 10_000
    assert facts["codec"] == av.codec.Codec(CODECS[extension], "w").canonical_name
    assert (thumbnail(path, "640.webp").width, thumbnail(path, "320.jpg").height) == (640, 320)


@pytest.mark.parametrize("extension", TAGGED)
def test_tags_are_read(tmp_path: Path, extension: str) -> None:
    facts = probed(make_song(tmp_path / f"song{extension}")).facts
    assert facts["title"] == "Sea song"
    if extension != ".aiff":  # libav writes no more of it
        assert (facts["artist"], facts["album"], facts["genre"]) == ("The Boats", "Harbour", "Folk")


@pytest.mark.parametrize("extension", [".mp3", ".m4a", ".flac"])
def test_an_embedded_cover_is_the_thumbnail(tmp_path: Path, extension: str) -> None:
    path = make_song(tmp_path / f"song{extension}", Song(cover=200))
    assert probed(path).error is None
    frame = thumbnail(path, "640.webp").reformat(format="rgb24")
    assert (frame.width, frame.height) == (200, 200)
    red, green, blue = bytes(frame.planes[0])[:3]
    assert red > 180
    assert max(green, blue) < 100


def test_a_song_without_a_cover_gets_its_waveform(tmp_path: Path) -> None:
    path = make_song(tmp_path / "song.mp3")
    assert probed(path).error is None
    pixels = bytes(thumbnail(path, "640.webp").reformat(format="gray").planes[0])
    middle, edge = pixels[320 * 640 : 321 * 640], pixels[:640]
    assert max(middle) - min(middle) > 80  # bars on their ground
    assert max(edge) - min(edge) < 20


def test_songs_of_an_album_share_their_colours() -> None:
    one, same, other = (
        bytes(waveform.draw([1.0], seed).planes[0])[:3] for seed in (b"Harbour", b"Harbour", b"Sea")
    )
    assert one == same != other


def test_a_long_recording_is_sampled_and_not_decoded_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\x10\0\xf0" * 8_000 * 150)
    decoded = 0
    frames = waveform._frames

    def counted(*arguments: Any) -> Any:
        nonlocal decoded
        for frame in frames(*arguments):
            decoded += frame.samples
            yield frame

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waveform, "_frames", counted)
        assert probed(path).error is None
    assert 0 < decoded / 8_000 < waveform.BARS


def test_tags_are_one_line_of_bounded_text(tmp_path: Path) -> None:
    tags = {"title": "  A\x07\nsong\t", "artist": "x" * 9_000, "track": "-7", "date": "someday"}
    facts = probed(make_song(tmp_path / "song.flac", Song(tags=tags))).facts
    assert facts["title"] == "A song"
    assert len(facts["artist"]) == 200
    assert (facts["track"], facts["year"]) == (None, None)


@pytest.mark.parametrize("name", ["garbage.mp3", "garbage.flac", "garbage.m4a", "garbage.ogg"])
def test_garbage_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x13\x37\xfe\x00garbage" * 20_000)
    result = probed(path)
    assert result.error is not None
    assert result.error.startswith(("Not an audio file", "No sound", "Can't be"))
    assert result.preview is None


def test_a_song_cut_off_is_still_a_song(tmp_path: Path) -> None:
    path = make_song(tmp_path / "song.mp3", Song(duration_s=5))
    path.write_bytes(path.read_bytes()[:20_000])
    assert probed(path).error is None


def test_a_cover_that_is_damaged_is_left_out(tmp_path: Path) -> None:
    path = make_song(tmp_path / "song.mp3", Song(cover=300))
    whole = path.read_bytes()
    at = whole.index(b"\x89PNG")
    path.write_bytes(whole[: at + 16] + bytes(200) + whole[at + 216 :])
    result = probed(path)
    assert result.error is None
    assert thumbnail(path, "640.webp").width == 640


def test_a_cover_of_too_many_pixels_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_song(tmp_path / "song.mp3", Song(cover=300))
    monkeypatch.setitem(probe.DECODER_OPTIONS, "max_pixels", "80000")
    assert probed(path).error is None
    assert thumbnail(path, "640.webp").width == 640


def test_a_long_damaged_file_is_given_up_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_song(tmp_path / "song.mp3", Song(duration_s=3))
    read = 0

    def undecodable(packets: Any, count: int) -> Any:
        nonlocal read
        for _ in islice(packets, count):
            read += 1
            yield SimpleNamespace(decode=list)

    monkeypatch.setattr(waveform, "islice", undecodable)
    monkeypatch.setattr(waveform, "_PACKETS_PER_S", 1)
    result = probed(path)
    assert result.error is not None
    assert result.error.startswith("No sound could be decoded")
    assert read <= 200 + 90


def test_a_file_name_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    path = make_song(tmp_path / "song.mp3")
    odd = Path(f"{tmp_path}/\udcff.mp3")
    path.rename(odd)
    facts = probed(odd).facts
    assert facts["title"] == "Sea song"


def test_silence_is_shown_as_silence(tmp_path: Path) -> None:
    path = make_song(tmp_path / "song.wav", Song(frequency=1))
    assert probed(path).error is None

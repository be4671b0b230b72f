"""What a probe finds in real files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from lvs.media import probe, processing
from lvs.media.facts import VideoFacts
from lvs.media.samples import Clip, make_clip
from tests.helpers.clips import Cast


def facts_of(path: Path, tmp_path: Path) -> SimpleNamespace:
    found = processing.process(str(path), str(tmp_path / "thumbnails"), "ab" * 8)
    return SimpleNamespace(**found.facts)


def test_facts_of_an_ordinary_file(cast: Cast, tmp_path: Path) -> None:
    facts = facts_of(cast.path("beach.mp4"), tmp_path)
    assert (facts.container, facts.video_codec, facts.audio_codec) == ("mov", "h264", "aac")
    assert (facts.width, facts.height) == (160, 90)
    assert facts.duration_s == pytest.approx(1.0, abs=0.1)
    assert facts.frame_rate == 25
    assert facts.bit_rate is not None
    assert facts.bit_rate > 10_000
    assert facts.audio_tracks[0]["layout"] == "stereo"


@pytest.mark.parametrize("name", ["beach.mp4", "wide.mp4", "meadow.webm", "ac3.mkv", "sound.ts"])
def test_headers_alone_give_the_facts_of_a_full_probe(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    if name == "sound.ts":  # its streams are known from their packets only
        make_clip(path, Clip(audio_codec="aac", size=(160, 90), duration_s=1))
    else:
        cast.copy(name, path)

    def facts() -> VideoFacts:
        with probe.opened(str(path)) as container:
            return probe.facts_of(str(path), container, probe.video_stream(container), None)

    from_headers = facts()
    monkeypatch.setattr(probe, "_header_is_complete", lambda container: False)
    assert from_headers == facts()


def test_webm_with_vp9_and_opus(cast: Cast, tmp_path: Path) -> None:
    facts = facts_of(cast.path("meadow.webm"), tmp_path)
    assert (facts.container, facts.video_codec, facts.audio_codec) == ("matroska", "vp9", "opus")


def test_size_is_as_displayed_when_rotated(cast: Cast, tmp_path: Path) -> None:
    facts = facts_of(cast.path("upright.mp4"), tmp_path)
    assert (facts.width, facts.height) == (360, 640)


def test_size_is_as_displayed_with_a_sample_aspect(cast: Cast, tmp_path: Path) -> None:
    facts = facts_of(cast.path("wide.mp4"), tmp_path)
    assert (facts.width, facts.height) == (853, 480)


def test_recording_time_is_stored_in_utc(cast: Cast, tmp_path: Path) -> None:
    assert facts_of(cast.path("dated.mp4"), tmp_path).recorded_at == "2024-05-06T07:08:09+00:00"


def test_hdr_is_recognized_by_its_transfer_function(cast: Cast, tmp_path: Path) -> None:
    assert facts_of(cast.path("hdr.mp4"), tmp_path).hdr
    assert not facts_of(cast.path("ten-bit.mp4"), tmp_path).hdr

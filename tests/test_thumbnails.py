"""Thumbnails: the right moment, the right eye, upright, in the right colours."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from lvs.media import processing, thumbnails, tone_mapping
from lvs.media.filter_graph import through
from lvs.media.samples import Clip, hdr_options, make_clip
from tests.helpers.clips import Cast
from tests.helpers.images import Picture, decoded


def thumbnail(path: Path, tmp_path: Path, name: str = "640.webp") -> Picture:
    key = path.stem.encode().hex()[:16].ljust(16, "0")
    result = processing.process(str(path), str(tmp_path / "thumbnails"), key)
    assert result.error is None
    return decoded(tmp_path / "thumbnails" / key[:2] / key / name)


def test_every_size_and_kind_is_made(cast: Cast, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "large.mp4", Clip(size=(1280, 720), duration_s=0.4))
    assert thumbnail(path, tmp_path).shape == (360, 640, 3)
    home = next((tmp_path / "thumbnails").glob("*/*"))
    assert decoded(home / "320.webp").shape == (180, 320, 3)
    assert decoded(home / "640.jpg").shape == (360, 640, 3)
    assert decoded(home / "320.jpg").shape == (180, 320, 3)


def test_a_black_opening_is_passed_over(cast: Cast, tmp_path: Path) -> None:
    assert thumbnail(cast.path("dark-start.mp4"), tmp_path).std() > 30


def test_a_video_that_is_all_black_still_has_a_thumbnail(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "night.mp4", Clip("color=c=black", duration_s=1))
    assert thumbnail(path, tmp_path).max() < 20


@pytest.mark.parametrize("flaw", [("noise", "alls=24:allf=t"), ("lutyuv", "y=150+val/20")])
def test_without_contrast_the_best_of_a_few_keyframes_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: tuple[str, str]
) -> None:
    decoded_s: list[float] = []
    near = thumbnails.keyframe_near

    def counted(*arguments: Any) -> Any:
        frame = near(*arguments)
        if frame is not None:
            decoded_s.append(frame.time)
        return frame

    monkeypatch.setattr(thumbnails, "keyframe_near", counted)
    monkeypatch.setattr(thumbnails, "frames_from_start", None)  # no other frame is asked for
    source = "color=c=gray" if flaw[0] == "noise" else "testsrc2"
    clip = Clip(source, (320, 180), 4, filters=(flaw,))
    thumbnail(make_clip(tmp_path / "dim.mp4", clip), tmp_path)
    assert 1 <= len(decoded_s) <= 4
    assert len(set(decoded_s)) == len(decoded_s)


def test_among_black_keyframes_one_that_shows_something_is_found(tmp_path: Path) -> None:
    clip = Clip("testsrc2", (320, 180), 5, filters=(("fade", "t=in:st=3.5:d=0.2"),))
    assert thumbnail(make_clip(tmp_path / "late.mp4", clip), tmp_path).std() > 30


def test_after_dim_keyframes_a_bright_one_is_found(tmp_path: Path) -> None:
    """The first four places show a little, so that only the packet's size shows the others."""
    clip = Clip("testsrc2", (320, 180), 5, filters=(("fade", "t=in:st=2.7:d=1.6"),))
    assert thumbnail(make_clip(tmp_path / "dim-start.mp4", clip), tmp_path).std() > 30


def test_an_upright_phone_video_stands_upright(cast: Cast, tmp_path: Path) -> None:
    """The first frame has red at its left; turned counter-clockwise, red is at the bottom."""
    shown = thumbnail(cast.path("upright.mp4"), tmp_path)
    assert shown.shape == (640, 360, 3)
    red, green, blue = shown[-40, 300]
    assert red > 180
    assert green < 80
    assert blue < 80


def test_anamorphic_video_has_its_displayed_shape(cast: Cast, tmp_path: Path) -> None:
    height, width, _ = thumbnail(cast.path("wide.mp4"), tmp_path).shape
    assert width / height == pytest.approx(16 / 9, abs=0.02)


@pytest.mark.parametrize(
    ("name", "half"),
    [("scene_180_sbs.mp4", "pad=2*iw:ih:0:0"), ("scene_360_tb.mp4", "pad=iw:2*ih:0:0")],
)
def test_one_eye_stands_for_a_stereo_video(tmp_path: Path, name: str, half: str) -> None:
    """The first eye holds the test card, the other is black: no black may be left over."""
    filter_name, _, arguments = half.partition("=")
    size = (640, 320) if "sbs" in name else (320, 320)
    clip = Clip("smptebars", size, 0.4, filters=((filter_name, arguments),))
    shown = thumbnail(make_clip(tmp_path / name, clip), tmp_path)
    right, bottom = shown[:, -20:], shown[-10:]
    assert right.max() > 60
    assert bottom.max() > 60
    width_over_height = shown.shape[1] / shown.shape[0]
    assert width_over_height == pytest.approx(1.0 if "sbs" in name else 2.0, abs=0.05)


def grey_and_white(shown: Picture) -> tuple[float, float]:
    """Means of the 75 % grey bar (leftmost) and the 100 % white patch of the SMPTE card."""
    height, width, _ = shown.shape
    grey = shown[height // 4, width // 14]
    white = shown[int(height * 0.9), int(width * 0.25)]
    return float(grey.mean()), float(white.mean())


def test_full_range_and_ten_bit_match_the_plain_file(cast: Cast, tmp_path: Path) -> None:
    plain = grey_and_white(thumbnail(cast.path("normal-range.mkv"), tmp_path))
    assert plain == pytest.approx((191, 255), abs=12)
    for name in ("full-range.mkv", "ten-bit.mp4"):
        assert grey_and_white(thumbnail(cast.path(name), tmp_path)) == pytest.approx(plain, abs=6)


def test_hdr_is_tone_mapped(cast: Cast, tmp_path: Path) -> None:
    """The PQ code values taken for SDR would be left as they are; mapped, mid-grey rises."""
    shown = thumbnail(cast.path("hdr.mp4"), tmp_path)
    with av.open(str(cast.path("hdr.mp4"))) as container:
        plain = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.int16)
    place = (slice(30, 60), slice(60, 70))
    assert abs(shown[60, 120].mean() - plain[30, 60].mean()) > 8
    assert shown[place].std() < 20


_MADE_FOR_1000_NITS = ":hdr10=1:repeat-headers=1:max-cll=1000,400:master-display=" + (
    "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)


@pytest.mark.parametrize(("transfer", "more"), [(16, _MADE_FOR_1000_NITS), (18, "")])
def test_tones_by_the_table_are_those_of_libswscale(
    tmp_path: Path, transfer: int, more: str
) -> None:
    clip = Clip(
        "testsrc2",
        (640, 360),
        0.2,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={
            "preset": "ultrafast",
            "x265-params": f"log-level=none{more}",
            **hdr_options(transfer),
        },
    )
    make_clip(tmp_path / "hdr.mp4", clip)
    with av.open(str(tmp_path / "hdr.mp4")) as container:
        frame = next(container.decode(video=0))
    slowly = ("scale", "out_primaries=bt709:out_transfer=bt709:intent=perceptual")
    expected = through(frame, [("format", "rgb48"), slowly, ("format", "rgb24")]).to_ndarray()
    shown = tone_mapping.standard(frame).to_ndarray() // 256
    assert np.abs(shown.astype(int) - expected).mean() < 1
    tables = len(tone_mapping.TABLES)
    tone_mapping.standard(frame)
    assert len(tone_mapping.TABLES) == tables


def test_the_preview_is_a_tiny_image(cast: Cast, tmp_path: Path) -> None:
    result = processing.process(str(cast.path("beach.mp4")), str(tmp_path / "p"), "00" * 8)
    assert result.preview is not None
    assert len(result.preview) < 500
    file = tmp_path / "preview.webp"
    file.write_bytes(base64.b64decode(result.preview.partition(",")[2]))
    assert decoded(file).shape[1] == 20

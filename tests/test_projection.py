"""Projection and stereo from names, metadata and shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from lvs.media import processing
from lvs.media.projection import Layout, layout_of
from lvs.media.samples import Clip, make_clip


@pytest.mark.parametrize(
    ("name", "size", "layout"),
    [
        ("film.mp4", (1920, 1080), Layout("flat", "mono")),
        ("film_360p.mp4", (640, 360), Layout("flat", "mono")),
        ("a_180_LR.mp4", (5760, 2880), Layout("180", "sbs")),
        ("a_180.mp4", (5760, 2880), Layout("180", "sbs")),
        ("a 180x180.mp4", (2880, 2880), Layout("180", "mono")),
        ("b_360.mp4", (3840, 1920), Layout("360", "mono")),
        ("b_360.mp4", (3840, 3840), Layout("360", "tb")),
        ("b_360_TB.mp4", (3840, 1920), Layout("360", "tb")),
        ("c_mkx200.mp4", (1, 1), Layout("mkx200", "sbs")),
        ("c_FISHEYE190_TB.mp4", (1, 1), Layout("fisheye190", "tb")),
        ("c_fisheye.mp4", (2, 1), Layout("fisheye", "mono")),
        ("d_eac360.mp4", (2, 1), Layout("eac", "mono")),
        ("d_180_RL.mp4", (2, 1), Layout("180", "rl")),
        ("d_360_bt.mp4", (1, 1), Layout("360", "bt")),
        ("e side-by-side.mp4", (2, 1), Layout("flat", "sbs")),
        ("f_180_flat.mp4", (2, 1), Layout("flat", "mono")),
        ("g_180_mono.mp4", (2, 1), Layout("180", "mono")),
    ],
)
def test_names_and_shapes(name: str, size: tuple[int, int], layout: Layout) -> None:
    assert layout_of(name, *size, None, None) == layout


def test_metadata_counts_when_the_name_is_silent() -> None:
    half = (3).to_bytes(4, "little")
    top_bottom = (2).to_bytes(4, "little")
    assert layout_of("x.mp4", 2, 1, half, top_bottom) == Layout("180", "tb")


def test_the_name_wins_over_metadata() -> None:
    full = (0).to_bytes(4, "little")
    assert layout_of("x_180_sbs.mp4", 2, 1, full, None) == Layout("180", "sbs")


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def whole(kind: bytes, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, bytes(4), *parts)


def spherical(path: Path, cut: int, stereo: int) -> None:
    """Add what Google's "Spherical Video V2" says to the track of an MP4 whose index is at its end:
    `cut` off at the left and the right (0.32 fixed point), `stereo` 1 for top and bottom, 2 for
    left and right."""
    content = bytearray(path.read_bytes())
    bounds = b"".join(side.to_bytes(4, "big") for side in (0, 0, cut, cut))
    added = whole(b"st3d", bytes([stereo])) + box(
        b"sv3d",
        whole(b"svhd", b"test\0"),
        box(b"proj", whole(b"prhd", bytes(12)), whole(b"equi", bounds)),
    )
    start, at = [], 0
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"):
        at = content.index(kind, at) - 4
        start.append(at)
        at += 8
    end = start[-1] + int.from_bytes(content[start[-1] : start[-1] + 4], "big")
    content[end:end] = added
    for place in start:
        size = int.from_bytes(content[place : place + 4], "big") + len(added)
        content[place : place + 4] = size.to_bytes(4, "big")
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("cut", "stereo", "layout"),
    [
        (0, 0, Layout("360", "mono")),
        (0, 1, Layout("360", "tb")),
        (0x4000_0000, 2, Layout("180", "sbs")),
    ],
)
def test_real_containers_say_what_they_are(
    tmp_path: Path, cut: int, stereo: int, layout: Layout
) -> None:
    path = make_clip(tmp_path / "film.mp4", Clip(size=(320, 160), duration_s=0.4))
    spherical(path, cut, stereo)
    facts = processing.process(str(path), str(tmp_path / "thumbnails"), "ab" * 8).facts
    assert Layout(facts["projection"], facts["stereo"]) == layout

"""Projection and stereo from names, metadata and shape."""

from __future__ import annotations

import pytest

from lvs.media.projection import Layout, layout_of


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

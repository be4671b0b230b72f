"""Thumbnails: our workers against one ffmpeg process per file, on the same cores."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.harness import Line, times
from lvs.media.pool import MediaPool
from lvs.media.samples import Clip, hdr_options, make_clip


def _without_contrast(filter_: tuple[str, str], keyframe_every: int = 25, crf: str = "23") -> Clip:
    source = "color=c=gray" if filter_[0] == "noise" else "testsrc2"
    return Clip(
        source,
        (1920, 1080),
        6,
        options={"preset": "veryfast", "crf": crf, "g": str(keyframe_every)},
        filters=(filter_,),
    )


CLIPS = {
    "1080p H.264": (Clip("testsrc2", (1920, 1080), 10, options={"preset": "veryfast"}), 60),
    "4K HEVC": (
        Clip(
            "testsrc2",
            (3840, 2160),
            4,
            codec="libx265",
            options={"preset": "ultrafast", "x265-params": "log-level=none"},
        ),
        16,
    ),
    # HLG as phones record it; the ffmpeg beside it does not even map its tones.
    "1080p HEVC, HDR": (
        Clip(
            "testsrc2",
            (1920, 1080),
            4,
            codec="libx265",
            pix_fmt="yuv420p10le",
            options={"preset": "ultrafast", "x265-params": "log-level=none", **hdr_options(18)},
        ),
        32,
    ),
    # No frame of these has much contrast: no keyframe is a good thumbnail.
    "1080p, noise": (_without_contrast(("noise", "alls=24:allf=t"), crf="34"), 24),
    "1080p, dark": (_without_contrast(("lutyuv", "y=16+val/12")), 24),
    "1080p, fog": (_without_contrast(("lutyuv", "y=150+val/20")), 24),
    "1080p, fog, one keyframe": (
        _without_contrast(("lutyuv", "y=150+val/20"), keyframe_every=250),
        24,
    ),
    "1080p, black": (_without_contrast(("lutyuv", "y=16:u=128:v=128")), 24),
}
WITHOUT_CONTRAST = [name for name in CLIPS if name.startswith("1080p, ")]
_WITHOUT_CONTRAST = 4  # times the baseline

_WEBP = ("-c:v", "libwebp", "-quality", "78", "-compression_level", "2")
PICTURES: tuple[tuple[str, ...], ...] = (
    ("-vf", "scale=640:-2", *_WEBP, "webp"),
    ("-vf", "scale=320:-2", *_WEBP, "webp"),
    ("-vf", "scale=640:-2", "jpg"),
    ("-vf", "scale=320:-2", "jpg"),
)


ROUNDS = 3


def run(home: Path) -> list[Line]:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return [Line("thumbnails", "", "", "", "6 or more; not measured: no ffmpeg here", None)]
    lines = []
    for name, (clip, count) in CLIPS.items():
        folder = home / name
        folder.mkdir()
        first = make_clip(folder / "0.mp4", clip)
        files = [first]
        for number in range(1, count):
            files.append(folder / f"{number}.mp4")
            shutil.copyfile(first, files[-1])
        budget = _WITHOUT_CONTRAST if name in WITHOUT_CONTRAST else 6
        lines += _compare(name, home, files, ffmpeg, budget)
    return lines


def _compare(name: str, home: Path, files: list[Path], ffmpeg: str, budget: int) -> list[Line]:
    """Rounds of each in turn; the middle of each counts."""
    rounds = [
        (
            asyncio.run(_ours(home, files)),
            _theirs(ffmpeg, files, PICTURES),
            _theirs(ffmpeg, files, PICTURES[-1:]),
        )
        for _ in range(ROUNDS)
    ]
    ours, same, single = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    figure = f"{ours:.1f} files/s"
    return [
        Line(
            f"{name}: probe and four thumbnails",
            figure,
            f"{same:.1f} files/s, one ffmpeg per file for the same thumbnails",
            times(ours, same),
            f"{budget} or more",
            ours / same >= budget,
        ),
        Line(
            "the same",
            figure,
            f"{single:.1f} files/s, one ffmpeg per file for one of them",
            times(ours, single),
            "",
            None,
        ),
    ]


async def _ours(home: Path, files: list[Path]) -> float:
    """Files a second of a pool that is warm, as a server's is."""
    pool = MediaPool(os.cpu_count() or 1, 60, home / "thumbnails")

    async def process_all(some: list[Path]) -> None:
        work = (pool.process(str(file), f"{number:016x}") for number, file in enumerate(some))
        assert all(result.error is None for result in await asyncio.gather(*work))

    try:
        await process_all(files[: 2 * pool.size])
        began = time.perf_counter()
        await process_all(files)
        return len(files) / (time.perf_counter() - began)
    finally:
        await pool.close()


def _theirs(ffmpeg: str, files: list[Path], outputs: tuple[tuple[str, ...], ...]) -> float:
    """Files a second of the usual way: a process seeks a little way in and writes one frame."""

    def one(file: Path) -> None:
        thumbnail_options = [
            part
            for number, output in enumerate(outputs)
            for part in ("-frames:v", "1", *output[:-1], f"{file}.{number}.{output[-1]}")
        ]
        subprocess.run(
            [ffmpeg, "-v", "error", "-y", "-ss", "1", "-i", file, *thumbnail_options], check=True
        )

    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(one, files))
    return len(files) / (time.perf_counter() - began)

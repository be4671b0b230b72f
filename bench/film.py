"""Chromium plays a 2.2 GB film over HTTPS for a minute, with pauses and seeks: what the server
holds meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from playwright.async_api import async_playwright

from bench.harness import Line, resident_mb, times, wait_until_quiet
from tests.helpers import chromium
from tests.helpers.browsers import BROWSER_ARGUMENTS
from tests.helpers.servers import Process

FILM_BYTES = float(os.environ.get("FILM_GB", "2.2")) * 1e9
PLAY_S = float(os.environ.get("FILM_S", "60"))
ALLOWED_MB = 50
_RATE = 25
_GROUP = 50  # frames that are coded once and repeated: two seconds of noise
_SAMPLE_S = 0.25
_MOVE_EVERY_S = 4.0
_MOVES = (  # what a person does, in turn
    "video => video.pause()",
    "video => video.play()",
    "(video, length) => { video.currentTime = length * 0.7; }",
    "(video, length) => { video.currentTime = length * 0.2; }",
    "video => video.play()",
)
_PLAYED = """video => Array.from({ length: video.played.length },
  (_, i) => video.played.end(i) - video.played.start(i)).reduce((sum, part) => sum + part, 0)"""


def run(home: Path) -> list[Line]:
    videos, data = home / "videos", home / "data"
    videos.mkdir()
    data.mkdir()
    seconds = make_film(videos / "film.mp4")
    with Process(videos, data, {"LVS_HTTPS": "true"}) as server:
        server.wait_for(lambda: server.cards() == 1, "the film's card")
        wait_until_quiet(server)
        rest = resident_mb(server)
        most, played = asyncio.run(_watch(server, _https_port(server), seconds))
    return [
        Line(
            f"memory while Chromium plays {FILM_BYTES / 1e9:.1f} GB over HTTPS, {PLAY_S:.0f} s",
            f"{most:.0f} MB at most, {played:.0f} s played",
            f"{rest:.0f} MB at rest",
            times(most, rest),
            f"+{ALLOWED_MB} MB",
            most - rest <= ALLOWED_MB and played > PLAY_S / 4,
        )
    ]


def make_film(path: Path) -> float:
    """A film of noise as large as asked for: one group of frames, repeated. Returns its
    length in seconds."""
    noise = np.random.default_rng(1)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as output:
        stream: Any = output.add_stream("libx264", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = 854, 480, "yuv420p"
        stream.time_base = Fraction(1, _RATE)
        stream.codec_context.options = {
            "preset": "ultrafast", "qp": "24", "bf": "0", "g": str(_GROUP), "sc_threshold": "0",
        }  # fmt: skip
        packets = []
        for _ in range(_GROUP):
            pixels = noise.integers(0, 255, (480, 854, 3), dtype=np.uint8)
            packets += stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24"))
        packets += stream.encode(None)
        coded = [(bytes(packet), packet.is_keyframe) for packet in packets]
        written, count = 0, 0
        while written < FILM_BYTES:
            for body, is_keyframe in coded:
                packet = av.Packet(body)
                packet.stream, packet.time_base = stream, Fraction(1, _RATE)
                packet.pts = packet.dts = count
                packet.duration, packet.is_keyframe = 1, is_keyframe
                output.mux(packet)
                written, count = written + len(body), count + 1
    return count / _RATE


def _https_port(server: Process) -> int:
    found = re.search(r"https://(?:127\.0\.0\.1|localhost):(\d+)/", "\n".join(server.output))
    assert found, server.output
    return int(found[1])


async def _watch(server: Process, port: int, length_s: float) -> tuple[float, float]:
    """(the most memory in MB, seconds of film that were played)."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.find(), args=BROWSER_ARGUMENTS
        )
        page = await browser.new_page(ignore_https_errors=True)
        await page.goto(f"https://127.0.0.1:{port}/watch/film.mp4")
        player = page.locator("video")
        await player.evaluate("async video => { video.muted = true; await video.play(); }")
        most_mb, next_move_s = 0.0, 0.0
        moves = itertools.cycle(_MOVES)
        began = time.monotonic()
        while (passed_s := time.monotonic() - began) < PLAY_S:
            most_mb = max(most_mb, resident_mb(server))
            if passed_s >= next_move_s:
                next_move_s += _MOVE_EVERY_S
                await player.evaluate(next(moves), length_s)
            await asyncio.sleep(_SAMPLE_S)
        played: float = await player.evaluate(_PLAYED)
        await browser.close()
        return most_mb, played

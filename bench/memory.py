"""Memory at rest: all processes of a server that rendered thumbnails and is now idle."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from bench.harness import Line, library, wait_until_quiet
from lvs.media.pool import IDLE_S
from lvs.media.samples import Clip, make_clip

BUDGET_MB = 200
COUNT = 1_000
FILMS = 4


def run(home: Path) -> list[Line]:
    """A library of 1,000 videos, four of which need thumbnails; some pages; a minute of rest."""
    made = library(home, COUNT)
    old = time.time() - 1_000
    for number in range(FILMS):
        film = made.videos / f"film {number}.mp4"
        make_clip(film, Clip(size=(1920, 1080), duration_s=1 + number / 10))
        os.utime(film, (old, old))
    with made.server(LVS_WORKERS="2") as server:
        while len(list((made.data / "thumbnails").rglob("320.jpg"))) < FILMS:
            time.sleep(0.1)
        for path in ("/", "/tags", "/search?q=video"):
            assert server.get(path).status == 200
        wait_until_quiet(server)
        busy_mb, _ = _megabytes(server.process.pid)
        time.sleep(IDLE_S + 10)
        rss_mb, pss_mb = _megabytes(server.process.pid)
        count = 1 + len(server.family())
    return [
        Line(
            f"memory at rest, {count} processes, {COUNT:,} videos",
            f"{rss_mb:.0f} MB (proportional: {pss_mb:.0f})",
            f"{busy_mb:.0f} MB, just after rendering",
            f"{rss_mb / busy_mb:.2f}",
            f"{BUDGET_MB} MB at most",
            rss_mb <= BUDGET_MB,
        )
    ]


def _megabytes(pid: int) -> tuple[float, float]:
    """Resident and proportional (shared pages divided) memory of a process and its children."""
    server = psutil.Process(pid)
    found = [process.memory_full_info() for process in (server, *server.children(recursive=True))]
    return sum(each.rss for each in found) / 1e6, sum(each.pss for each in found) / 1e6

"""`python -m bench.fuzz`: damaged films by chance, into workers or into a running server.

Small clips of many containers and codecs are mutated, cut and spliced. A crash, a hang or an
exception of a worker is a failure, and so is a good film that has no thumbnail because of others.
The same seed gives the same films.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from bench.harness import workshop
from lvs.config import ServerConfig
from lvs.media.pool import MediaPool
from lvs.media.samples import Clip, make_clip
from tests.helpers.servers import Process

_X265 = {"preset": "ultrafast", "x265-params": "log-level=none"}
_VPX = {"deadline": "realtime", "cpu-used": "8"}


def _small(*, options: Mapping[str, str] | None = None, **others: Any) -> Clip:
    """A clip of 15 frames, three of which are keyframes."""
    return Clip(size=(160, 90), duration_s=0.6, options={"g": "5", **(options or {})}, **others)


SEEDS: dict[str, Clip] = {
    "h264.mp4": _small(audio_codec="aac"),
    "h264.mov": _small(rotation=90),
    "h264.mkv": _small(audio_codec="ac3"),
    "h264.ts": _small(audio_codec="aac"),
    "h264.flv": _small(audio_codec="aac"),
    "hevc.mp4": _small(codec="libx265", pix_fmt="yuv420p10le", options=_X265),
    "hevc.mkv": _small(codec="libx265", options=_X265),
    "vp9.webm": _small(codec="libvpx-vp9", options=_VPX, audio_codec="libopus"),
    "vp8.webm": _small(codec="libvpx", options=_VPX),
    "mpeg4.avi": _small(codec="mpeg4", audio_codec="mp2"),
    "mpeg4.3gp": _small(codec="mpeg4"),
    "mpeg2.mpg": _small(codec="mpeg2video", audio_codec="mp2"),
    "flv1.flv": _small(codec="flv"),
    "wmv2.wmv": _small(codec="wmv2"),
    "mjpeg.mov": _small(codec="mjpeg", pix_fmt="yuvj420p"),
    "png.mov": _small(codec="png", pix_fmt="rgb24"),
    "ffv1.mkv": _small(codec="ffv1"),
}
TIMEOUT_S = 20.0
GOOD = 20
LIMIT_S: float = ServerConfig.model_fields["media_timeout_s"].default
_PROBED = re.compile(r"Probed in ([\d.]+) s: (.*)")


@dataclass
class Found:
    """How many films were tried, what came of them, and which failed with what."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Path, str]] = field(default_factory=list)
    slowest_s: float = 0.0


def make_seeds(home: Path) -> dict[str, bytes]:
    """The undamaged films by name."""
    home.mkdir(parents=True, exist_ok=True)
    return {name: make_clip(home / name, clip).read_bytes() for name, clip in SEEDS.items()}


def damaged(seeds: dict[str, bytes], chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Films without end: (name of the seed, content)."""
    names = sorted(seeds)
    while True:
        name = chance.choice(names)
        content = bytearray(seeds[name])
        for _ in range(chance.choice((1, 1, 2, 3))):
            content = _damage(content, seeds[chance.choice(names)], chance)
        yield name, bytes(content)


def _damage(content: bytearray, other: bytes, chance: random.Random) -> bytearray:
    at = chance.randrange(len(content) or 1)
    head = chance.random() < 0.5  # where containers and codecs say what they are
    match chance.randrange(6):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[at + chance.randrange(1, 5_000) :]
        case 2:
            start = chance.randrange(len(other))
            return content[:at] + other[start : start + chance.randrange(1, 20_000)] + content[at:]
        case 3:
            value = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80"))
            content[at : at + len(value)] = value
        case _:
            end = min(2_000, len(content)) if head else len(content)
            for _ in range(chance.choice((1, 10, 200)) if end else 0):
                content[chance.randrange(end)] = chance.randrange(256)
    return content


async def into_workers(home: Path, seconds: float, seed: int, kept: Path) -> Found:
    """Films for so long, through a pool as the server has it; those that fail are put in `kept`."""
    found = Found()
    films = damaged(make_seeds(home / "seeds"), random.Random(seed))
    pool = MediaPool(os.cpu_count() or 1, TIMEOUT_S, home / "thumbnails")
    until = time.monotonic() + seconds

    async def work(lane: int) -> None:
        while time.monotonic() < until:
            name, content = next(films)
            path = home / f"{lane}-{name}"
            path.write_bytes(content)
            found.tried += 1
            await _try(pool, path, found, kept / f"{seed}-{found.tried}-{name}")

    try:
        await asyncio.gather(*(work(lane) for lane in range(pool.size)))
    finally:
        await pool.close()
    return found


async def _try(pool: MediaPool, path: Path, found: Found, kept: Path) -> None:
    began = time.monotonic()
    try:
        result = await pool.process(str(path), "0" * 16)
        error = result.error
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    found.slowest_s = max(found.slowest_s, time.monotonic() - began)
    found.outcomes[(error or "a thumbnail").partition(":")[0].partition("(")[0][:50].strip()] += 1
    if error is not None and _is_failure(error):
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept)
        found.failures.append((kept, error))


def _is_failure(error: str) -> bool:
    """A worker's end; an exception that the job did not expect counts as found, not as failed."""
    return "crashed" in error or "longer than" in error or "Error:" in error.split(" ", 1)[0]


@dataclass
class Served:
    """What a server made of damaged files and some good ones."""

    good: int  # good ones that have their thumbnail
    left: int  # files that were not found, or still wait
    took_s: float
    probed: list[tuple[float, str]]  # seconds of each file in a worker, and its path; slowest first

    @property
    def holds(self) -> bool:
        """A file that hangs takes its time limit, and ending its worker a moment more."""
        slowest_s = self.probed[0][0] if self.probed else 0
        return self.good == GOOD and self.left == 0 and 0 < slowest_s < LIMIT_S + 1


def into_a_server(home: Path, count: int, seed: int) -> Served:
    """`count` damaged files and some good ones in a folder that a server finds."""
    films = damaged(make_seeds(home / "seeds"), random.Random(seed))
    folder, data = home / "videos", home / "data"
    folder.mkdir()
    for number in range(count):
        name, content = next(films)
        # Of one content with another they would be one video.
        (folder / f"{number:05} {name}").write_bytes(content + number.to_bytes(8, "big"))
    for number in range(GOOD):
        seed_film = (home / "seeds" / "h264.mp4").read_bytes()
        film = folder / f"good {number}.mp4"
        film.write_bytes(seed_film + b"\0\0\0\x10free" + number.to_bytes(8, "big"))
    old = time.time() - 1_000
    for film in folder.iterdir():
        os.utime(film, (old, old))
    settings = {"LVS_WORKERS": str(os.cpu_count() or 1), "LVS_LOG_LEVEL": "debug"}
    with Process(folder, data, settings) as server:
        began = time.monotonic()
        left = _wait(data / "library.db", count + GOOD, began + 60 + count * 0.5)
        took_s = time.monotonic() - began
    with sqlite3.connect(data / "library.db") as conn:
        good = conn.execute(
            "select count(*) from item i join file f on f.id = i.file_id where"
            " cast(f.path as text) like 'good %' and i.thumbnail is not null"
        ).fetchone()[0]
    lines = (found for line in server.output if (found := _PROBED.search(line)))
    probed = sorted(((float(line[1]), line[2]) for line in lines), reverse=True)
    return Served(good, left, took_s, probed)


def _wait(path: Path, files: int, deadline: float) -> int:
    """How many films are left in the end: not found, or waiting."""
    left = files
    while left and time.monotonic() < deadline:
        time.sleep(0.5)
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as conn:
            known, waiting = conn.execute(
                "select (select count(*) from file),"
                " (select count(*) from item where probed_at is null and file_count > 0)"
            ).fetchone()
        left = max(files - known, 0) + waiting
    return left


@click.command()
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--files", default=0, help="So many damaged films into a running server instead")
@click.option("--seed", default=lambda: random.randrange(1 << 32), help="[default: by chance]")
@click.option("--kept", default="fuzz-failures", type=click.Path(path_type=Path))
def main(seconds: float, files: int, seed: int, kept: Path) -> None:
    """Feed damaged films to workers for a time, or to a running server."""
    click.echo(f"seed {seed}")
    with workshop() as home:
        if files:
            served = into_a_server(home, files, seed)
            click.echo(
                f"{served.good} of {GOOD} good files have a thumbnail, {served.left} files left,"
                f" {served.took_s:.0f} s"
            )
            click.echo(f"{len(served.probed)} files probed, limit {LIMIT_S:g} s each; the slowest:")
            for took_s, name in served.probed[:3]:
                click.echo(f"{took_s:7.3f} s  {name}")
            click.echo("holds" if served.holds else "DOES NOT HOLD")
            sys.exit(not served.holds)
        found = asyncio.run(into_workers(home, seconds, seed, kept))
    click.echo(f"{found.tried} films, the slowest {found.slowest_s:.1f} s")
    for outcome, count in found.outcomes.most_common():
        click.echo(f"{count:7} {outcome}")
    for path, error in found.failures:
        click.echo(f"FAILED {path}: {error}")
    sys.exit(bool(found.failures))


if __name__ == "__main__":
    main()

"""The demo's folder of videos and songs, made by worker processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from lvs.demo.catalogue import ENTRIES, Caption, Entry
from lvs.demo.encode import write
from lvs.demo.paint import Draw, Stage
from lvs.demo.songs import SONGS, write_song

_DAY_S = 86_400
_MAX_WORKERS = 8


def make(home: Path, progress: Callable[[int, int], None]) -> int:
    """Make the files that are not there yet; returns how many. An interrupted run resumes."""
    lacking = sorted(
        (name for name in (*ENTRIES, *SONGS) if not (home / name).exists()),
        key=lambda name: -_effort(ENTRIES[name]) if name in ENTRIES else 0,
    )
    if not lacking:
        return 0
    processes = min(os.cpu_count() or 1, _MAX_WORKERS, len(lacking))
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _leave_interrupts_to_the_parent) as pool:
        progress(0, len(lacking))
        work = pool.imap_unordered(partial(make_one, home), lacking)
        for done, _ in enumerate(work, 1):
            progress(done, len(lacking))
    return len(lacking)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _effort(entry: Entry) -> float:
    """Roughly, so that the longest work starts first: pixels encoded, and those drawn."""
    pixels = entry.size[0] * entry.size[1]
    return entry.seconds * pixels * (1 + 3 / entry.drawn**2)


def make_one(home: Path, name: str, entries: Mapping[str, Entry] = ENTRIES) -> None:
    """Make one video and its captions, or one song, each whole or not at all."""
    if name in SONGS:
        write_song(home / name, SONGS[name])
        return
    entry, path = entries[name], home / name
    made_at = time.time() - entry.age_days * _DAY_S
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.captions:
        text = captions(entry.captions, entry.captions_kind)
        path.with_suffix(f".{entry.captions_kind}").write_text(text, encoding="utf-8")
    partial_path = path.with_name(f".making {path.name}")  # hidden: the server does not list it
    metadata = {
        "title": path.stem,
        "creation_time": datetime.fromtimestamp(made_at, UTC).isoformat(timespec="seconds"),
    }
    heard = entry.sound(entry.seconds) if entry.sound is not None else None
    draw = drawn(name, entry)
    write(partial_path, draw, entry.seconds, entry.size, entry.form, heard, metadata)
    os.utime(partial_path, (made_at, made_at))
    partial_path.replace(path)


def drawn(name: str, entry: Entry) -> Draw:
    """The scene of an entry, at the size that it is drawn at; the same on every run."""
    width, height = (round(side / entry.drawn / 2) * 2 for side in entry.size)
    seed = sum(PurePosixPath(name).name.encode())
    return entry.scene(Stage(width, height, entry.seconds, seed))


def captions(lines: tuple[Caption, ...], kind: str) -> str:
    """SubRip (`srt`) or WebVTT (`vtt`)."""
    mark = "," if kind == "srt" else "."
    blocks = ["WEBVTT"] if kind == "vtt" else []
    for number, (start, end, text) in enumerate(lines, 1):
        times = f"{_clock(start, mark)} --> {_clock(end, mark)}"
        blocks.append(f"{number}\n{times}\n{text}" if kind == "srt" else f"{times}\n{text}")
    return "\n\n".join(blocks) + "\n"


def _clock(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{thousandths:03}"

"""Two versions beside each other: `python -m bench compare CHECKOUT`.

The other version is a checkout with its own `.venv`, or one whose dependencies this environment
has. Both serve copies of one library, made by the other version, and are measured in turn, so that
what else the machine does falls on both alike. A ratio above 1 means that this version is better.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from bench.harness import Library, Line, elsewhere, percentile, wait_until_quiet, workshop
from bench.live import thousand
from bench.load import alternate, call, load, request
from bench.report import print_table
from bench.writes import hashes_of, hearts_seen
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.servers import HOME, Process

ROUNDS = 3
SECONDS = 3.0
WORST = 0.95
NO_LIMIT = {"LVS_WRITES_PER_SECOND": "100000", "LVS_WRITES_BURST": "1000000"}
PLAYING_S = 8.0
LISTED = "/?sort=title"  # a list in every version: `/` alone may be the home

Figures = dict[str, list[float]]  # milliseconds by what is measured, one a round


@click.command()
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--videos", default=100_000, show_default=True, help="Videos in the library")
@click.option("--files", default=2_000, show_default=True, help="Files to scan, 0 for no scan")
def main(checkout: Path, videos: int, files: int) -> None:
    """Measure this version and the one of CHECKOUT in turn."""
    with workshop() as home:
        lines = _served(home, checkout, videos)
        if files:
            lines += _scanned(home, checkout, files)
    print_table(lines)


def _served(home: Path, checkout: Path, videos: int) -> list[Line]:
    place = _library(home, checkout, videos)
    (place.videos / "Broken.mp4").write_bytes(b"not a video")
    copy = Library(place.videos, home / "copy")
    shutil.copytree(place.data, copy.data)
    click.echo("migrating and starting", err=True)
    with _server(place, checkout) as before:
        began = time.monotonic()
        with _server(copy, HOME) as after:
            started_s = time.monotonic() - began
            found = measured({"before": before, "after": after})
    lines = [line(what, found["after"][what], before) for what, before in found["before"].items()]
    return [*lines, Line("start with migration", f"{started_s:.1f} s", "", "", "", None)]


def measured(servers: dict[str, Process], rounds: int = ROUNDS) -> dict[str, Figures]:
    """The figures of two servers by name, measured in turn: a, b, b, a."""
    for server in servers.values():
        _wait_for_broken(server)
        wait_until_quiet(server)
    found: dict[str, Figures] = {name: {} for name in servers}
    for number in range(rounds):
        for name in list(servers) if number % 2 == 0 else reversed(servers):
            click.echo(f"round {number + 1}, {name}", err=True)
            for step in STEPS:
                for what, value in step(servers[name]).items():
                    found[name].setdefault(what, []).append(value)
    return found


def _library(home: Path, checkout: Path, videos: int) -> Library:
    """Made by the other version, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from bench.harness import library;"
        " library(Path(sys.argv[1]), int(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(home), str(videos)], cwd=checkout, check=True)
    return Library(home / f"videos-{videos}", home / f"data-{videos}")


def _server(place: Library, checkout: Path) -> Process:
    return place.server(**NO_LIMIT, PYTHONPATH=str(checkout))


def _wait_for_broken(server: Process) -> None:
    server.wait_for(
        lambda: 'data-state="failed"' in server.get(LISTED).text,
        "the broken file",
        timeout=120,
    )


def _pages(server: Process) -> dict[str, float]:
    """Milliseconds of an answer, with eight clients."""
    kinds = {
        "gallery page": [LISTED],
        "60 cards in memory": ["/partials/cards?sort=title", "/partials/cards?sort=size"],
        "API of 60": ["/api/videos?limit=60"],
    }
    return {
        what: 1000 / elsewhere(load, server.port, paths, connections=8, seconds=SECONDS).rate
        for what, paths in kinds.items()
    }


def _search(server: Process) -> dict[str, float]:
    few = [f"/partials/gallery?q=0{number:03}" for number in range(0, 1000, 7)]
    common = [f"/partials/gallery?q=vi&sort={sort}" for sort in ("newest", "title", "size")]
    found = {}
    for what, paths in (("search, few hits", few), ("search, all are hits", common)):
        run = elsewhere(load, server.port, paths, connections=1, seconds=SECONDS)
        found[f"{what}, p95"] = percentile(run.latencies_ms, 95)
    return found


def _one_client(server: Process) -> dict[str, float]:
    calls = {
        "rating by one client, p50": [
            call(f"/api/ratings/{media_hash}", {"value": number % 5 + 1})
            for number, media_hash in enumerate(hashes_of(server, 300))
        ],
        "empty answer, p50": [request("/ping")],
    }
    times = elsewhere(alternate, server.port, calls, 300)
    return {what: statistics.median(values) for what, values in times.items()}


def _hearts(server: Process) -> dict[str, float]:
    """Twice each, so that every heart is again what it was."""
    waits = elsewhere(hearts_seen, server.port, hashes_of(server, 30) * 2)
    return {"heart seen on 10 pages, p95": percentile(waits, 95)}


def _streams(server: Process) -> dict[str, float]:
    failed = element(server.get(LISTED).text, "li", data_state="failed")["id"].removeprefix("v-")
    _, last = elsewhere(thousand, server.port, "sort=title", f"v-{failed}", failed)
    _wait_for_broken(server)
    return {"an event to the last of 1,000 streams": last * 1000}


def _while_one_plays(server: Process) -> dict[str, float]:
    """Gallery pages while one person's player reports its position four times a second."""
    media_hash = hashes_of(server, 1)[0]
    body = "position_s={}&playing=1"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    pages: list[float] = []
    until, number = time.monotonic() + PLAYING_S / ROUNDS, 0
    while time.monotonic() < until:
        number += 1
        path = f"/videos/{media_hash}/progress"
        answer = server.get(path, method="POST", headers=headers, body=body.format(number))
        assert answer.status < 300, answer
        for _ in range(20):
            began = time.perf_counter()
            server.get(LISTED)
            pages.append((time.perf_counter() - began) * 1000)
    return {"gallery page while one person plays, p95": percentile(pages, 95)}


STEPS: Sequence[Callable[[Process], dict[str, float]]] = (
    _pages,
    _search,
    _one_client,
    _hearts,
    _streams,
    _while_one_plays,
)


def _scanned(home: Path, checkout: Path, files: int) -> list[Line]:
    """Seconds of `lvs scan` over the same new files."""
    videos = new_files(home, files)
    found: dict[Path, list[float]] = {checkout: [], HOME: []}
    for version in (checkout, HOME, HOME, checkout):
        found[version].append(scan(home, videos, PYTHONPATH=str(version)))
    return [line(f"scan of {files:,} files", found[HOME], found[checkout], unit="s")]


def new_files(home: Path, count: int) -> Path:
    """A folder of short clips, each with its own content."""
    click.echo("scanning", err=True)
    (home / "cast").mkdir()
    cast = Cast(home / "cast")
    videos = home / "scanned"
    for number in range(count):
        cast.unique(videos / f"{number // 500:03}" / f"New {number:05}.mp4")
    return videos


def scan(home: Path, videos: Path, **settings: str) -> float:
    """Seconds of `lvs scan` into a new library."""
    data = Path(tempfile.mkdtemp(prefix="scanned-", dir=home))
    run = Process(videos, data, settings, ("-m", "lvs", "scan"))
    began = time.monotonic()
    code = run.start(wait=False).wait(1200)
    assert code == 0, run.output
    return time.monotonic() - began


def line(what: str, after: list[float], before: list[float], unit: str = "ms") -> Line:
    """The best round of each: what else the machine does only ever adds."""
    ratio = min(before) / min(after)
    return Line(
        what,
        f"{min(after):.2f} {unit}",
        f"{min(before):.2f} {unit} before",
        f"{ratio:.2f}",
        f"{WORST} or more",
        ratio >= WORST,
    )

"""`python -m bench kill --rounds 54`: the server is killed while clients write, again and again.

After each round the database must hold every write that was acknowledged; of one that was not,
either what was before or what was asked for. No worker and no half backup may be left over.
`--postgres` does the same on PostgreSQL, which is killed as well: see `bench.kill_postgres`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import psutil

from bench.harness import Library, Line, library, workshop
from bench.report import print_table
from lvs.backups import format as folder
from lvs.errors import InvalidInputError
from tests.helpers.servers import Process

VIDEOS = 300
ROUND_S = (0.3, 2.5)  # from the first acknowledged write to the kill
PAUSE_S = 0.1  # between two backups, and two scans, so that others get to write
LEFT_WITHIN_S = 10.0  # workers, and what a killed backup has left
SETTINGS = {
    "LVS_HTTPS": "0",
    "LVS_WRITES_PER_SECOND": "100000",
    "LVS_WRITES_BURST": "100000",
    "LVS_WORKERS": "2",
}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Video:
    id: int
    media_hash: str
    filename: str


@dataclass
class Ledger:
    """The acknowledged writes of one client, and those without an answer."""

    acknowledged: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, list[Any]] = field(default_factory=dict)
    count: int = 0
    refused: int = 0

    def lost(self, found: Mapping[str, Any]) -> list[str]:
        """Compare with the database, and continue from what is there."""
        missing = []
        for key, value in self.acknowledged.items():
            if found.get(key) not in (value, *self.pending.get(key, ())):
                missing.append(f"{key}: {value!r} was acknowledged, {found.get(key)!r} is there")
        self.acknowledged = {key: found.get(key) for key in self.acknowledged | self.pending}
        self.pending.clear()
        return missing


class Client:
    """Writes on one connection until the server has ended."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._ledger = ledger

    def send(
        self, path: str, body: object, values: Mapping[str, Any] = {}, form: bool = False
    ) -> None:
        """Raises OSError or HTTPException when the server has ended."""
        for key, value in values.items():
            self._ledger.pending.setdefault(key, []).append(value)
        text = urlencode(body, doseq=True) if form else json.dumps(body)  # type: ignore[arg-type]
        self._connection.request("POST", path, text, FORM if form else JSON)
        response = self._connection.getresponse()
        response.read()
        if response.status >= 400:
            self._ledger.refused += 1
            return
        self._ledger.acknowledged.update(values)
        for key in values:
            del self._ledger.pending[key]  # also what was sent before and not acknowledged
        self._ledger.count += 1

    def close(self) -> None:
        self._connection.close()


Write = Callable[[Client, random.Random, list[Video], Ledger], None]


def _rate(client: Client, chance: random.Random, videos: list[Video], _: Ledger) -> None:
    video, value = chance.choice(videos[: VIDEOS // 2]), chance.randint(1, 5)
    path = f"/api/ratings/{video.media_hash}"
    client.send(path, {"value": value}, {f"rating {video.id}": value})


def _bulk(client: Client, chance: random.Random, videos: list[Video], _: Ledger) -> None:
    stars = chance.randint(1, 5)
    selected = chance.sample(videos[VIDEOS // 2 :], 100)
    body = {"action": "rate", "stars": stars, "video": [video.id for video in selected]}
    client.send("/bulk", body, {f"rating {video.id}": stars for video in selected}, form=True)


def _favorite(client: Client, chance: random.Random, videos: list[Video], _: Ledger) -> None:
    video, favorite = chance.choice(videos), chance.random() < 0.5
    body = {"media_hash": video.media_hash, "favorite": favorite}
    client.send("/api/favorites", body, {f"favorite {video.id}": favorite})


def _tag(client: Client, chance: random.Random, videos: list[Video], _: Ledger) -> None:
    video, names = chance.choice(videos), sorted(chance.sample(["Ant", "Bee", "Cat", "Dog"], 2))
    body = {"media_hash": video.media_hash, "tags": names}
    client.send("/api/tags/set", body, {f"tags {video.id}": names})


def _view(client: Client, chance: random.Random, videos: list[Video], ledger: Ledger) -> None:
    video = chance.choice(videos)
    key = f"views {video.id}"
    client.send("/view", {"filename": video.filename}, {key: ledger.acknowledged[key] + 1})


def _backup(client: Client, *_: Any) -> None:
    client.send("/admin/backup", {}, form=True)
    time.sleep(PAUSE_S)


def _scan(client: Client, *_: Any) -> None:
    client.send("/library/scan", {}, form=True)
    time.sleep(PAUSE_S)


CLIENTS: dict[str, Write] = {
    "ratings": _rate,
    "bulk": _bulk,
    "favorites": _favorite,
    "tags": _tag,
    "views": _view,
    "backup": _backup,
    "scan": _scan,
}


NO_WRITES = ("backup", "scan")  # they are answered, and change nothing that could be lost


@dataclass
class Result:
    rounds: int = 0
    acknowledged: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)


@click.command()
@click.option("--rounds", default=54, show_default=True, help="Of the server on SQLite")
@click.option("--postgres", is_flag=True, help="Kill the server on PostgreSQL, and PostgreSQL")
def main(rounds: int, postgres: bool) -> None:
    """Kill the server while clients write, and check whether anything is lost."""
    from bench import kill_postgres  # noqa: PLC0415 - it needs what is declared below

    with workshop() as home:
        lines = kill_postgres.run(home) if postgres else run(home, rounds)
    print_table(lines)
    sys.exit(any(line.met is False for line in lines))


def run(home: Path, rounds: int) -> list[Line]:
    made = library(home, VIDEOS)
    videos = videos_of(made)
    ledgers = {name: Ledger() for name in CLIENTS}
    ledgers["views"].acknowledged = {
        key: value for key, value in _state(made).items() if key.startswith("views")
    }
    chance = random.Random(11)
    result = Result()
    for number in range(rounds):
        _round(made, videos, ledgers, chance, result)
        result.rounds = number + 1
    _last_round(made, result)
    result.acknowledged = sum(ledgers[name].count for name in CLIENTS if name not in NO_WRITES)
    result.refused = sum(ledger.refused for ledger in ledgers.values())
    for fault in result.faults[:20]:
        print(fault)
    counts = ", ".join(f"{ledger.count} {name}" for name, ledger in ledgers.items())
    return [
        Line(
            f"acknowledged writes lost in {result.rounds} kills, and other faults",
            f"{len(result.faults)} of {result.acknowledged:,} ({counts}; {result.refused} refused)",
            "",
            "",
            "0",
            not result.faults,
        )
    ]


def _round(
    made: Library,
    videos: list[Video],
    ledgers: dict[str, Ledger],
    chance: random.Random,
    result: Result,
) -> None:
    server = Process(made.videos, made.data, SETTINGS)
    try:
        server.start()
    except AssertionError as error:
        result.faults.append(f"round {result.rounds}: it did not start: {error}")
        server.process.kill()
        return
    _nothing_is_left(made, result)
    with _writing(server.port, videos, ledgers, chance.random()), _files(made, chance.random()):
        time.sleep(chance.uniform(*ROUND_S))
        family = server.family()
        server.stop(signal.SIGKILL)
    _, alive = psutil.wait_procs(family, LEFT_WITHIN_S)
    result.faults += [f"round {result.rounds}: {one} outlived the server" for one in alive]
    found = _state(made, result)
    for name, ledger in ledgers.items():
        result.faults += [f"round {result.rounds}, {name}: {lost}" for lost in ledger.lost(found)]


def _last_round(made: Library, result: Result) -> None:
    """It starts and ends in peace, and every backup that was left is complete."""
    with Process(made.videos, made.data, SETTINGS) as server:
        _nothing_is_left(made, result)
        if code := server.stop():
            result.faults.append(f"it ended with {code}")
    for backup in folder.listed(made.data / "backups"):
        try:
            folder.check(backup)
        except InvalidInputError as error:
            result.faults.append(error.detail)


@contextlib.contextmanager
def _writing(
    port: int, videos: list[Video], ledgers: dict[str, Ledger], seed: float
) -> Iterator[None]:
    """A client for each kind of write; at the end each has noticed that the server has ended."""
    before = {name: ledger.count for name, ledger in ledgers.items()}

    def write(name: str) -> None:
        client, chance = Client(port, ledgers[name]), random.Random(f"{seed} {name}")
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(client):
            while True:
                CLIENTS[name](client, chance, videos, ledgers[name])

    threads = [threading.Thread(target=write, args=(name,), daemon=True) for name in CLIENTS]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(
        ledgers[name].count == before[name] for name in ("ratings", "bulk", "tags")
    ):
        time.sleep(0.01)
    yield
    for thread in threads:
        thread.join(30)


@contextlib.contextmanager
def _files(made: Library, seed: float) -> Iterator[None]:
    """Files come and go; they are no videos, so workers have something to refuse."""
    stop = threading.Event()

    def change() -> None:
        chance = random.Random(seed)
        number = 0
        while not stop.wait(0.1):
            number += 1
            (made.videos / f"new {number % 20}.mp4").write_bytes(chance.randbytes(50_000))
            (made.videos / f"new {chance.randrange(20)}.mp4").unlink(missing_ok=True)

    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def _nothing_is_left(made: Library, result: Result) -> None:
    """The leftovers of a killed backup are deleted soon after the next start."""
    backups = made.data / "backups"
    deadline = time.monotonic() + LEFT_WITHIN_S
    left: Iterable[Path] = [made.data]
    while left and time.monotonic() < deadline and result.rounds:
        left = list(backups.glob(".making-*"))
        time.sleep(0.02)
    if left and result.rounds:
        result.faults.append(f"round {result.rounds}: backups left {left}")


def videos_of(made: Library) -> list[Video]:
    with contextlib.closing(sqlite3.connect(made.data / "library.db")) as conn:
        rows = conn.execute(
            "select i.id, i.media_hash, f.path from item i join file f on f.item_id = i.id"
            " order by i.id"
        ).fetchall()
    return [Video(row[0], row[1], bytes(row[2]).decode()) for row in rows]


def _state(made: Library, result: Result | None = None) -> dict[str, Any]:
    """What a copy of the database holds, so that the next start finds the log as it was left."""
    copy = made.data.with_name("copy.db")
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        source = made.data / f"library.db{suffix}"
        if source.exists():
            shutil.copyfile(source, copy.with_name(copy.name + suffix))
    found: dict[str, Any] = {}
    with contextlib.closing(sqlite3.connect(copy)) as conn:
        if result is not None:
            verdict = conn.execute("pragma integrity_check").fetchall()
            orphans = conn.execute("pragma foreign_key_check").fetchall()
            if verdict != [("ok",)] or orphans:
                result.faults.append(f"round {result.rounds}: {verdict[:3]}, orphans {orphans[:3]}")
        for item_id, views in conn.execute("select id, view_count from item"):
            found |= {f"views {item_id}": views, f"favorite {item_id}": False}
            found |= {f"tags {item_id}": []}
        found |= {f"rating {v}": n for v, n in conn.execute("select item_id, value from rating")}
        found |= {f"favorite {v}": True for (v,) in conn.execute("select item_id from favorite")}
        for item_id, name in conn.execute(
            "select item_id, name from item_tag join tag on tag.id = tag_id order by name"
        ):
            found[f"tags {item_id}"].append(name)
    return found

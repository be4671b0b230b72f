"""The ingest process: stores batches of files, each one a line of JSON on its input, until the
input ends. It has its own connections to the database.

An answer has the number of videos that were touched, None where the server is to try; the id of the
newest event; the events since the last answer, by topic; and what could not be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from lvs.activity import Activity
from lvs.errors import UnavailableError
from lvs.library.ingest import Ingest
from lvs.library.root_disk import RootDisk
from lvs.models import FileStat, Root
from lvs.store import Store
from lvs.system.worker_pipes import READY, take_pipes, yield_to_server


def main() -> None:
    yield_to_server()
    logging.disable()  # the server logs the problems
    requests, answers = take_pipes()
    store = Store(Path(sys.argv[1]), event_retention=int(sys.argv[2]))
    asyncio.run(_serve(store, requests, answers))
    os._exit(0)  # a thread that waits for a disk would hold up the end


async def _serve(store: Store, requests: BinaryIO, answers: BinaryIO) -> None:
    await store.open()
    worker = _Worker(store)
    _send(answers, READY)
    for request in map(json.loads, requests):
        _send(answers, json.dumps(await worker.answer(request)).encode() + b"\n")
    await store.close()


def _send(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


class _Worker:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._roots: dict[int, Root] = {}
        self._disks: dict[int, RootDisk] = {}

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        for root in (Root(**fields) for fields in request["roots"]):
            self._roots[root.id] = root
            if root.id not in self._disks:
                self._disks[root.id] = RootDisk(root.path)
        status = Activity()
        ingest = Ingest(self._store, status, self._roots, self._disks)
        stats = [FileStat(*fields) for fields in request["files"]]
        root = self._roots[request["root_id"]]
        self._store.events.clear()
        touched: int | None = None
        with contextlib.suppress(OSError, UnavailableError):  # the server meets and reports it, too
            touched = await ingest.ingest(root, stats, first_scan=request["first_scan"])
        return {
            "touched": touched,
            "last_event_id": self._store.last_event_id,
            "events": self._store.events,
            "problems": status.problems,
        }


if __name__ == "__main__":
    main()

"""A database that is deleted or replaced under a running server: no write is acknowledged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lvs.services import Services
from tests.helpers.libraries import fill, hash_of
from tests.helpers.servers import LocalServer, eventually


def deleted(path: Path) -> None:
    for name in ("library.db", "library.db-wal", "library.db-shm"):
        (path.parent / name).unlink(missing_ok=True)


def folder_deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    shutil.copy(path, other)
    other.replace(path)


@pytest.mark.parametrize("lose", [deleted, folder_deleted, replaced])
async def test_a_write_to_a_database_that_is_lost_is_refused(
    services: Services, server: LocalServer, lose: object
) -> None:
    await fill(services.store, 1)
    path = f"/api/ratings/{await hash_of(services, 1)}"
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"value": 4})
    assert (await server.get(path, method="POST", headers=headers, body=body)).status == 201
    lose(services.store.path)  # type: ignore[operator]
    answer = await server.get(path, method="POST", headers=headers, body=body)
    assert answer.status == 503
    assert "deleted, moved or replaced" in answer.text


async def test_pages_say_so_until_it_is_back(live_server: LocalServer) -> None:
    services = live_server.services
    stream = await live_server.stream(f"/events?since={services.store.last_event_id}")
    offline = services.store.path.with_name("moved.db")
    services.store.path.rename(offline)
    await stream.until(lambda message: "lost-database" in message.data)

    async def says_so() -> bool:
        return "lost-database" in (await live_server.get("/all")).text

    await eventually(says_so)
    offline.rename(services.store.path)
    await stream.until(
        lambda message: "#status" in message.data and "lost-database" not in message.data
    )
    await services.store.write(lambda tx: tx.emit("folder.updated"))

"""The API keeps what its OpenAPI document says, whatever is sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lvs.server.application import create_app
from lvs.store import Store, roots
from tests.helpers.libraries import fill
from tests.helpers.servers import Process


def document() -> dict[str, Any]:
    """The document as it is served; it needs no library."""
    app = create_app()

    async def build() -> dict[str, Any]:
        async with app.app_context():
            found: dict[str, Any] = app.extensions["QUART_SCHEMA"].openapi_provider.schema()
            return found

    return asyncio.run(build())


schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of a small library whose folder is offline."""
    home = tmp_path_factory.mktemp("api")
    (home / "videos").mkdir()
    thread = threading.Thread(target=lambda: asyncio.run(_fill(home)))  # its own loop
    thread.start()
    thread.join()
    settings = {"LVS_WATCH": "off", "LVS_WRITES_PER_SECOND": "10000"}
    with Process(home / "videos", home / "data", settings) as server:
        yield server.port


async def _fill(home: Path) -> None:
    store = Store(home / "data" / "library.db")
    await store.open()
    await store.write(roots.configure, {"videos": str(home / "videos")})
    await fill(store, 20)
    await store.close()


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_call_fails_or_answers_what_is_not_documented(
    case: schemathesis.Case[Any], port: int
) -> None:
    response = case.call(base_url=f"http://127.0.0.1:{port}")
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )

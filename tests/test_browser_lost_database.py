"""In a real Chromium: PostgreSQL cannot be reached for a while; open pages say so and continue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.http import responses
from tests.helpers.browsers import LIVE, live_page
from tests.helpers.libraries import fill, heart
from tests.helpers.postgres import PostgresServer, binaries
from tests.helpers.servers import LocalServer

LOST = "#lost-database"
HEARTS = "#grid > .card [aria-pressed=true]"


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    """A server for a test that stops it."""
    found = binaries()
    assert found
    server = PostgresServer(found)
    yield server
    server.remove()


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[str]:
    with postgres_server.database() as address:
        yield address


async def test_pages_say_that_the_database_is_lost_and_continue_by_themselves(
    live_server: LocalServer,
    context: BrowserContext,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses, "UNAVAILABLE_S", 1)
    await fill(live_server.services.store, 3)
    opened = await live_page(context, f"{live_server.url}/all")
    await expect(opened.locator("#grid > .card")).to_have_count(3)
    await opened.evaluate("window.notReloaded = true")

    postgres_server.stop()
    await expect(opened.locator(LOST)).to_contain_text("can't be reached")
    asked = await context.new_page()
    response = await asked.goto(f"{live_server.url}/all?sort=title")
    assert response is not None
    assert response.status == 503
    await expect(asked.locator("main")).to_contain_text("This page continues by itself")

    postgres_server.start()
    await expect(asked.locator("#grid > .card")).to_have_count(3)
    await expect(opened.locator(LOST)).to_have_count(0)
    for page in (opened, asked):
        await expect(page.locator(LIVE)).to_be_attached()
    await heart(live_server, 2)
    for page in (opened, asked):
        await expect(page.locator(HEARTS)).to_have_count(1)
    assert await opened.evaluate("window.notReloaded")

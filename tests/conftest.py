"""Fixtures: real folders, real SQLite, real videos, a real server, a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from lvs.config import ServerConfig
from lvs.lifecycle import open_house
from lvs.services import Services
from lvs.store import roots
from tests import chromium
from tests.clips import Cast
from tests.servers import LocalServer, eventually, serving

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
]


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return Cast(tmp_path_factory.mktemp("cast"))


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's own reaches a test."""
    import os

    for name in [name for name in os.environ if name.startswith("LVS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def config(videos: Path, tmp_path: Path) -> ServerConfig:
    return ServerConfig(
        video_directory=(videos,), data_directory=tmp_path / "data", workers=1, port=0
    )


OpenHouse = Callable[..., Any]


@pytest.fixture
async def open_a_house(config: ServerConfig) -> AsyncIterator[OpenHouse]:
    """`await open_a_house(live=..., **settings)`: an open house, closed after the test."""
    async with AsyncExitStack() as stack:

        async def open_it(*, live: bool = True, **settings: object) -> Services:
            changed = ServerConfig(**{**config.model_dump(), **settings})
            return await stack.enter_async_context(open_house(changed, live=live))

        yield open_it


@pytest.fixture
async def house(open_a_house: OpenHouse) -> Services:
    """Nothing runs by itself: tests call what they want to see."""
    opened: Services = await open_a_house(live=False)
    return opened


@pytest.fixture
async def live_house(open_a_house: OpenHouse) -> Services:
    """Its first scan is over, which would find rows gone that a test fills in without files."""
    opened: Services = await open_a_house()

    async def scanned() -> bool:
        states = [await opened.store.read(roots.scan_state, root) for root in opened.library.roots]
        return all(scanned_at is not None for _, scanned_at, _ in states)

    await eventually(scanned)
    return opened


@pytest.fixture
async def server(house: Services) -> AsyncIterator[LocalServer]:
    async with serving(house) as server:
        yield server


@pytest.fixture
async def live_server(live_house: Services) -> AsyncIterator[LocalServer]:
    async with serving(live_house) as server:
        yield server


@pytest.fixture
def browser_arguments() -> list[str]:
    return BROWSER_ARGUMENTS


@pytest.fixture
async def browser(browser_arguments: list[str]) -> AsyncIterator[Browser]:
    path = chromium.find()
    assert path, "no Chromium: run `python -m tests.chromium`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=browser_arguments)
        yield browser
        await browser.close()

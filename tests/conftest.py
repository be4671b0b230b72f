"""Fixtures: real folders, real SQLite, real videos, a real server, a real browser."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import filelock
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright
from pydantic import SecretStr

from lvs.config import ServerConfig
from lvs.media.samples import Clip
from lvs.server.lifecycle import open_services
from lvs.services import Services
from lvs.store import Store, roots
from tests.helpers import browsers, chromium, webxr
from tests.helpers import postgres as postgres_server
from tests.helpers.browsers import BROWSER_ARGUMENTS, OpenBrowser
from tests.helpers.clips import Cast
from tests.helpers.libraries import hash_of
from tests.helpers.servers import LocalServer, StartServices, eventually, serving


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Of `-n auto`: each core, and two at least, since most of a test is waiting."""
    return max(2, os.cpu_count() or 2)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run; with pytest-xdist, the parent of its workers' folders."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def cast(run_folder: Path) -> Cast:
    return Cast(run_folder / "cast")


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Databases]:
    """New databases of a PostgreSQL server, which starts with the first test that needs one."""
    with postgres_server.databases() as databases:
        yield databases


@pytest.fixture(scope="session")
async def postgres_template(postgres: postgres_server.Databases) -> AsyncIterator[str]:
    """The name of a database with the tables, of which the databases of tests are copies."""
    with postgres.new() as address:
        store = Store(address)
        await store.open()
        await store.close()
        yield postgres.name_of(address)


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library without items, of which those of tests are copies: migrations take a while."""
    path = tmp_path_factory.mktemp("template") / "library.db"
    store = Store(path)
    await store.open()
    await store.close()
    return path


@pytest.fixture
def multicast(run_folder: Path) -> Iterator[None]:
    """Who asks or answers by multicast on loopback is heard by all: one test at a time."""
    with filelock.FileLock(run_folder / "multicast.lock"):
        yield


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's own reaches a test."""
    for name in [name for name in os.environ if name.startswith("LVS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
async def tasks_end_with_their_test() -> AsyncIterator[None]:
    """All tests of a process share a loop, in which nothing may still run that a test started."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked with `engines("sqlite", "postgres")` on each of them; what needs a browser
    on the first, since a page is the same on both."""
    marker = metafunc.definition.get_closest_marker("engines")
    if marker is not None and "engine" in metafunc.fixturenames:
        with_browser = "open_browser" in metafunc.fixturenames
        metafunc.parametrize("engine", marker.args[:1] if with_browser else marker.args)


@pytest.fixture
def engine() -> str:
    """The database engine of a test that is not marked."""
    return "sqlite"


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new PostgreSQL database; empty for SQLite."""
    if engine == "sqlite":
        yield ""
        return
    databases: postgres_server.Databases = request.getfixturevalue("postgres")
    with databases.new(request.getfixturevalue("postgres_template")) as address:
        yield address


@pytest.fixture
def config(videos: Path, tmp_path: Path, database_url: str) -> ServerConfig:
    return ServerConfig(
        video_directory=(videos,),
        data_directory=tmp_path / "data",
        database_url=SecretStr(database_url),
        workers=1,
        port=0,
    )


@pytest.fixture
async def start_services(
    config: ServerConfig, sqlite_template: Path
) -> AsyncIterator[StartServices]:
    """`await start_services(live=..., **settings)`: running services, closed after the test."""
    async with AsyncExitStack() as stack:

        async def open_it(*, live: bool = True, **settings: object) -> Services:
            changed = ServerConfig(**{**config.model_dump(), **settings})
            library = changed.data_directory / "library.db"
            if not changed.database_url.get_secret_value() and not library.exists():
                library.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copyfile(sqlite_template, library)
            return await stack.enter_async_context(open_services(changed, live=live))

        yield open_it


@pytest.fixture
async def services(start_services: StartServices) -> Services:
    """Nothing runs by itself: tests call what they want to see."""
    opened: Services = await start_services(live=False)
    return opened


@pytest.fixture
async def live_services(start_services: StartServices) -> Services:
    """The first scan is over: it would mark rows missing that a test adds without files."""
    opened: Services = await start_services()

    async def scanned() -> bool:
        states = [await opened.store.read(roots.scan_state, root) for root in opened.library.roots]
        return all(scanned_at is not None for _, scanned_at, _ in states)

    await eventually(scanned)
    return opened


@pytest.fixture
async def server(services: Services) -> AsyncIterator[LocalServer]:
    async with serving(services) as server:
        yield server


@pytest.fixture
async def live_server(live_services: Services) -> AsyncIterator[LocalServer]:
    async with serving(live_services) as server:
        yield server


@pytest.fixture
def browser_arguments() -> list[str]:
    return BROWSER_ARGUMENTS


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium.find()
    assert path, "no Chromium: run `python -m tests.helpers.chromium`"
    return path


@pytest.fixture(scope="session")
async def open_browser(chromium_path: str) -> AsyncIterator[OpenBrowser]:
    """`await open_browser(arguments)`: started once for each list of arguments."""
    started: dict[tuple[str, ...], Browser] = {}
    async with async_playwright() as playwright:

        async def open_it(arguments: Sequence[str]) -> Browser:
            found = started.get(tuple(arguments))
            if found is None or not found.is_connected():
                launch = playwright.chromium.launch
                found = await launch(executable_path=chromium_path, args=list(arguments))
                started[tuple(arguments)] = found
            return found

        yield open_it
        for browser in started.values():
            await browser.close()


@pytest.fixture
async def browser(
    open_browser: OpenBrowser, browser_arguments: list[str]
) -> AsyncIterator[Browser]:
    """A browser that tests share; each has its own contexts, which are closed after it."""
    browser = await open_browser(browser_arguments)
    yield browser
    for context in browser.contexts:
        await context.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A desktop's context, whose pages fail the test when a script or a policy complains."""
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        yield context


@pytest.fixture
async def vr_context(open_browser: OpenBrowser) -> AsyncIterator[BrowserContext]:
    """A context whose pages can draw WebGL, for an emulated headset."""
    browser = await open_browser(webxr.WEBGL)
    async with browsers.context(browser, viewport=webxr.SIZE, has_touch=True) as context:
        yield context


@pytest.fixture
async def vr_film(live_services: Services, videos: Path, cast: Cast) -> str:
    """The media hash of `film.mp4`: 30 s long, with its thumbnail."""
    cast.make(videos / "film.mp4", Clip("testsrc2", (640, 320), 30, rate=5))
    live_services.library.ask_for_scan()
    await eventually(lambda: live_services.library.status.thumbnails_made)
    await eventually(live_services.library.probe_queue.is_idle)
    return await hash_of(live_services, 1)

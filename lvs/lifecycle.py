"""Opening the house in order and closing it in reverse; the only owner of tasks."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import filelock

try:
    import fcntl
except ImportError:  # Windows, where nobody can delete a lock file that is held
    fcntl = None  # type: ignore[assignment]

from lvs.announce import Announcer
from lvs.backups.keeper import Keeper
from lvs.caches import Cache
from lvs.certificates import Certificates
from lvs.config import ServerConfig
from lvs.contexts.cards import Cards
from lvs.contexts.templates import Templates
from lvs.dashboard import Dashboard
from lvs.errors import StartError
from lvs.jobs.bulk import BulkChanges
from lvs.library.library import Library
from lvs.live import Hub, Kitchen
from lvs.logs import RecentErrors
from lvs.media.pool import MediaPool
from lvs.metrics import Metrics
from lvs.monitor import Monitor, Sources
from lvs.network import Addresses, Doors, lan_addresses, own_names
from lvs.page_cache import PageCache
from lvs.quest.remote import Remotes
from lvs.quest.sessions import Sessions
from lvs.services import Services
from lvs.store import Store
from lvs.streaming.files import FileReader
from lvs.upkeep import Upkeep

log = logging.getLogger(__name__)

API_ITEMS_KEPT = 4_000
CHECK_DATABASE_EVERY_S = 1.0
STOP_WITHIN_S = 4.0
RESTART_AFTER_S = 1.0  # after a first failure; doubled after each that follows
RESTART_AFTER_MAX_S = 30.0
RECOVERED_AFTER_S = 60.0  # a task that ran this long is not failing again and again


class Supervisor:
    """Runs named endless tasks; one that fails is logged and started again after a pause."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        after_failure: Callable[[], None] | None = None,
    ) -> None:
        """Run `run()` until `stop`. `after_failure` is called each time it has raised, before the
        pause: to ask for what the task may have missed or dropped.
        """
        running = self._keep_running(name, run, after_failure)
        self._tasks.append(asyncio.create_task(running, name=name))

    async def _keep_running(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        after_failure: Callable[[], None] | None,
    ) -> None:
        pause_s, logged = RESTART_AFTER_S, ""
        while True:
            started = time.monotonic()
            try:
                await run()
            except (Exception, asyncio.CancelledError) as error:
                if _is_being_stopped():
                    raise
                if time.monotonic() - started > RECOVERED_AFTER_S:
                    pause_s, logged = RESTART_AFTER_S, ""
                _log_failure(name, error, pause_s, is_new=repr(error) != logged)
                logged = repr(error)
                _call(name, after_failure)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RESTART_AFTER_MAX_S)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_WITHIN_S)
            for task in late:
                log.warning("The task %r did not stop in time", task.get_name())


def _is_being_stopped() -> bool:
    """Whether this task was cancelled itself, and not something that it awaited."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _log_failure(name: str, error: BaseException, pause_s: float, *, is_new: bool) -> None:
    """With the traceback the first time; a failure that repeats takes a line."""
    log.error(
        "The task %r failed (%s: %s); it starts again in %d s",
        name,
        type(error).__name__,
        error,
        pause_s,
        exc_info=error if is_new else None,
    )


def _call(name: str, after_failure: Callable[[], None] | None) -> None:
    try:
        if after_failure is not None:
            after_failure()
    except Exception:
        log.exception("What is to be done after a failure of the task %r failed, too", name)


@asynccontextmanager
async def open_store(config: ServerConfig) -> AsyncIterator[Store]:
    """The store of a data folder, for one process alone."""
    for note in config.renamed_settings:
        log.warning(note)
    with only_process(config.data_directory):
        store = Store(config.data_directory / "library.db", event_retention=config.event_retention)
        await store.open()
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def open_house(config: ServerConfig, *, live: bool = True) -> AsyncIterator[Services]:
    """Everything that the app needs, opened in order, closed in reverse.

    Without `live` nothing runs in the background: for commands that use the library once.
    Raises StartError with what to do.
    """
    _ignore_lease_signals()
    async with AsyncExitStack() as stack:
        errors = RecentErrors()
        errors.attach()
        stack.callback(errors.detach)
        store = await stack.enter_async_context(open_store(config))
        pool = MediaPool(
            config.worker_count, config.media_timeout_s, config.data_directory / "thumbnails"
        )
        stack.push_async_callback(pool.close)
        library = Library(config, store, pool)
        stack.callback(library.close)
        await library.open()
        templates = Templates()
        cards = Cards(templates, library)
        hub = Hub(store, Kitchen(library, cards, templates))
        keeper = Keeper(config, store)
        bulk = BulkChanges(store, library.status.changes, library.status.changed)
        metrics, pages = Metrics(), PageCache()
        reader = FileReader()
        stack.callback(reader.close)
        api_items: Cache[tuple[int, int], bytes] = Cache(API_ITEMS_KEPT)
        caches: dict[str, Cache[Any, Any]]
        caches = {"cards": cards.cache, "pages": pages.cache, "answers": store.answers}
        caches["api_items"] = api_items
        monitor = Monitor(_sources(config, metrics, library, hub, reader, caches, store))
        upkeep = Upkeep(config, store, library, keeper, errors, templates)
        dashboard = Dashboard(monitor, upkeep, templates)
        house = Services(
            config=config,
            store=store,
            library=library,
            templates=templates,
            cards=cards,
            api_items=api_items,
            pages=pages,
            hub=hub,
            reader=reader,
            keeper=keeper,
            bulk=bulk,
            metrics=metrics,
            monitor=monitor,
            dashboard=dashboard,
            errors=errors,
            sessions=Sessions(store),
            doors=Doors(),
            certificates=_certificates(config),
        )
        if live:
            supervisor = Supervisor()
            stack.push_async_callback(supervisor.stop)
            _start_tasks(supervisor, house)
        stack.callback(house.close_streams)
        yield house


def _sources(
    config: ServerConfig,
    metrics: Metrics,
    library: Library,
    hub: Hub,
    reader: FileReader,
    caches: dict[str, Cache[Any, Any]],
    store: Store,
) -> Sources:
    status, timeline = library.status, library.timeline
    return Sources(config, metrics, status, timeline, hub, reader, caches, store.events)


def _certificates(config: ServerConfig) -> Certificates | None:
    """Our own; None where there is no HTTPS, or by a certificate of the user's."""
    if not config.https or config.https_certificate is not None:
        return None
    folder = config.data_directory / "certificates"
    return Certificates(folder, lambda: own_names(config.allowed_hosts))


def _start_tasks(supervisor: Supervisor, house: Services) -> None:
    library = house.library
    supervisor.start("live events", house.hub.follow_events, house.hub.resync)
    supervisor.start("live status", house.hub.follow_status, house.hub.resync)
    supervisor.start("database file", partial(_watch_database, house.store, library))
    supervisor.start("heartbeat", house.hub.keep_alive)
    # A scan finds what such a task had taken note of, or would have noticed meanwhile.
    supervisor.start("arrivals", library.arrivals.run, library.ask_for_scan)
    supervisor.start("scans", library.run_scans, library.ask_for_scan)
    supervisor.start("watchers", library.watch_roots, library.ask_for_scan)
    supervisor.start("media feeder", library.feeder.run)
    supervisor.start("backups", house.keeper.run)
    supervisor.start("bulk changes", house.bulk.run)
    supervisor.start("monitor", house.monitor.run)
    supervisor.start("dashboard", house.dashboard.run)
    config = house.config
    addresses = partial(lan_addresses, config.host)
    if config.mdns and config.is_for_the_network:
        supervisor.start("name", Announcer(house.doors, addresses).run)
    if config.deovr_headsets:
        remotes = Remotes(config.deovr_headsets, house.store, house.sessions)
        supervisor.start("DeoVR", remotes.run)
    if config.dlna and config.is_for_the_network:
        supervisor.start("dlna", partial(_be_a_media_server, house, addresses))
    if house.certificates is not None:
        supervisor.start("certificates", house.certificates.keep)


async def _watch_database(store: Store, library: Library) -> None:
    """Say on pages, within a second, when the database's file is gone."""
    while True:
        library.status.set_lost_database(await asyncio.to_thread(store.lost))
        await asyncio.sleep(CHECK_DATABASE_EVERY_S)


async def _be_a_media_server(house: Services, addresses: Callable[[], Addresses]) -> None:
    """What it takes loads for a quarter of a second: the first page does not wait for it."""
    dlna = await asyncio.to_thread(importlib.import_module, "lvs.dlna")
    port = house.config.dlna_port
    servers = dlna.MediaServers(house.store, house.library, house.doors, addresses, port)
    await servers.run()


@contextlib.contextmanager
def only_process(data_directory: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises StartError when another one does."""
    note = data_directory / "server.json"
    locks = contextlib.ExitStack()
    try:
        data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = filelock.FileLock(data_directory / "server.lock", blocking=False)
        locks.enter_context(lock)
        locks.enter_context(_locked_folder(data_directory))
    except filelock.Timeout:
        locks.close()
        raise StartError(
            f"The data folder {data_directory} is in use by another server{_whose(note)}. Stop it "
            "first, or set another folder with LVS_DATA_DIRECTORY."
        ) from None
    except OSError as error:
        locks.close()
        raise StartError(
            f"The data folder {data_directory} can't be written to ({error.strerror}). Make it "
            "writable for this user, or set LVS_DATA_DIRECTORY to a folder that is."
        ) from error
    try:
        with contextlib.suppress(OSError):
            note.write_text(json.dumps({"pid": os.getpid()}), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink()
        locks.close()


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """Lock the folder itself, too: a lock file that somebody deletes no longer locks anything.

    Raises filelock.Timeout. Where the system cannot lock a folder, the file has to do.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise filelock.Timeout(str(folder)) from None
        except OSError as error:
            log.debug("The data folder itself cannot be locked: %s", error)
        yield
    finally:
        os.close(descriptor)


def _whose(note: Path) -> str:
    try:
        return f" (process {json.loads(note.read_text('utf-8'))['pid']})"
    except (OSError, ValueError, KeyError):
        return ""


def _ignore_lease_signals() -> None:
    """A read lease that somebody breaks sends SIGIO, whose default is to end the process."""
    if hasattr(signal, "SIGIO") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGIO, signal.SIG_IGN)

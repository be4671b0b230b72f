"""Opening the house in order and closing it in reverse; the only owner of tasks."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from lvs.admin.dashboard import Dashboard
from lvs.admin.maintenance import Upkeep
from lvs.admin.monitor import Monitor, Sources
from lvs.backups.scheduler import Keeper
from lvs.caches import Cache
from lvs.config import ServerConfig
from lvs.headsets.deovr_remote import Remotes
from lvs.headsets.playback_sessions import Sessions
from lvs.http.page_cache import PageCache
from lvs.http.templating import Templates
from lvs.jobs.bulk import BulkChanges
from lvs.library.library import Library
from lvs.live.cards import Cards
from lvs.live.feeds import Kitchen
from lvs.live.hub import Hub
from lvs.logs import RecentErrors
from lvs.media.pool import MediaPool
from lvs.metrics import Metrics
from lvs.network.addresses import Addresses, Doors, lan_addresses, own_names
from lvs.network.certificates import Certificates
from lvs.network.mdns import Announcer
from lvs.server.lock import only_process
from lvs.server.supervisor import Supervisor
from lvs.services import Services
from lvs.store import Store
from lvs.streaming.files import FileReader

log = logging.getLogger(__name__)

API_ITEMS_KEPT = 4_000
CHECK_DATABASE_EVERY_S = 1.0


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
        errors = _recent_errors(stack)
        store = await stack.enter_async_context(open_store(config))
        library = await _open_library(config, store, stack)
        templates = Templates()
        cards = Cards(templates, library.folders)
        kitchen = Kitchen(library.folders, library.status, cards, templates)
        hub = Hub(store, kitchen, library.timeline.pushed)
        keeper = Keeper(config, store)
        bulk = BulkChanges(store, library.status.changes, library.status.changed)
        metrics, pages = Metrics(), PageCache()
        reader = FileReader()
        stack.callback(reader.close)
        api_items: Cache[tuple[int, int], bytes] = Cache(API_ITEMS_KEPT)
        caches: dict[str, Cache[Any, Any]] = {
            "cards": cards.cache,
            "pages": pages.cache,
            "answers": store.answers,
            "api_items": api_items,
        }
        monitor = Monitor(_sources(config, metrics, library, hub, reader, caches, store))
        upkeep = Upkeep(config, store, library.folders, keeper, errors, templates)
        dashboard = Dashboard(monitor, upkeep, templates)
        house = Services(
            config=config,
            store=store,
            library=library,
            folders=library.folders,
            activity=library.status,
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


async def _open_library(config: ServerConfig, store: Store, stack: AsyncExitStack) -> Library:
    thumbnails = config.data_directory / "thumbnails"
    pool = MediaPool(config.worker_count, config.media_timeout_s, thumbnails)
    stack.push_async_callback(pool.close)
    library = Library(config, store, pool)
    stack.callback(library.close)
    await library.open()
    return library


def _recent_errors(stack: AsyncExitStack) -> RecentErrors:
    errors = RecentErrors()
    errors.attach()
    stack.callback(errors.detach)
    return errors


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
    dlna = await asyncio.to_thread(importlib.import_module, "lvs.dlna.server")
    port = house.config.dlna_port
    servers = dlna.MediaServers(
        house.config, house.store, house.folders, house.doors, addresses, port
    )
    await servers.run()


def _ignore_lease_signals() -> None:
    """A read lease that somebody breaks sends SIGIO, whose default is to end the process."""
    if hasattr(signal, "SIGIO") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGIO, signal.SIG_IGN)

"""Opens services in order and closes them in reverse. It owns all tasks."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from lvs.admin.dashboard import Dashboard
from lvs.admin.maintenance import Maintenance
from lvs.admin.monitor import Monitor, Sources
from lvs.admin.overview import Overview
from lvs.backups.scheduler import BackupScheduler
from lvs.caches import Cache
from lvs.config import ServerConfig
from lvs.headsets.deovr_remote import DeoVRRemote
from lvs.headsets.playback_sessions import Sessions
from lvs.http.page_cache import PageCache
from lvs.http.templating import Templates
from lvs.jobs.bulk import BulkChanges
from lvs.jobs.cleanup import Cleanup
from lvs.library.library import Library
from lvs.live.cards import Cards
from lvs.live.feeds import RenderContext
from lvs.live.hub import Hub
from lvs.logs import RecentErrors
from lvs.media.pool import MediaPool
from lvs.metrics import Metrics
from lvs.network.addresses import Addresses, Ports, lan_addresses, own_names
from lvs.network.certificates import Certificates
from lvs.network.mdns import Announcer
from lvs.server.lock import lock_data_directory
from lvs.server.supervisor import Supervisor
from lvs.services import Admin, Network, Rendering, Services
from lvs.store import Store
from lvs.streaming.files import FileReader
from lvs.viewer import HOUSEHOLD

log = logging.getLogger(__name__)

API_ITEMS_KEPT = 4_000
CHECK_DATABASE_EVERY_S = 1.0


@asynccontextmanager
async def open_store(config: ServerConfig) -> AsyncIterator[Store]:
    """The store of a data folder, for one process alone."""
    for note in config.renamed_settings:
        log.warning(note)
    with lock_data_directory(config.data_directory):
        store = Store(
            config.database,
            event_retention=config.event_retention,
            copies=config.data_directory,
        )
        await store.open()
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def open_services(config: ServerConfig, *, live: bool = True) -> AsyncIterator[Services]:
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
        context = RenderContext(library.folders, library.status, cards, templates)
        hub = Hub(store, context, library.ingest_timings.pushed)
        backup_scheduler = BackupScheduler(config, store)
        bulk = BulkChanges(store, library.status.changes, library.status.changed)
        metrics, pages = Metrics(), PageCache()
        reader = FileReader()
        stack.callback(reader.close)
        api_items: Cache[Hashable, tuple[bytes, bytes, bytes]] = Cache(API_ITEMS_KEPT)
        caches: dict[str, Cache[Any, Any]] = {
            "cards": cards.cache,
            "pages": pages.cache,
            "answers": store.answers,
            "api_items": api_items,
        }
        monitor = Monitor(_sources(config, metrics, library, hub, reader, caches, store))
        maintenance = Maintenance(
            config, store, library.folders, backup_scheduler, errors, templates
        )
        overview = Overview(monitor, maintenance, HOUSEHOLD)
        dashboard = Dashboard(monitor, overview, templates)
        services = Services(
            config=config,
            store=store,
            library=library,
            folders=library.folders,
            activity=library.status,
            bulk=bulk,
            reader=reader,
            sessions=Sessions(store),
            hub=hub,
            rendering=Rendering(templates, cards, pages, api_items),
            admin=Admin(
                metrics,
                monitor,
                dashboard,
                errors,
                backup_scheduler,
                Cleanup(store, dashboard.refresh),
            ),
            network=Network(Ports(), _certificates(config)),
        )
        if live:
            supervisor = Supervisor()
            stack.push_async_callback(supervisor.stop)
            _start_tasks(supervisor, services)
        stack.callback(services.close_streams)
        yield services


async def _open_library(config: ServerConfig, store: Store, stack: AsyncExitStack) -> Library:
    thumbnails = config.data_directory / "thumbnails"
    pool = MediaPool(config.worker_count, config.media_timeout_s, thumbnails)
    stack.push_async_callback(pool.close)
    library = Library(config, store, pool)
    stack.push_async_callback(library.close)
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
    status, ingest_timings = library.status, library.ingest_timings
    return Sources(config, metrics, status, ingest_timings, hub, reader, caches, store.events)


def _certificates(config: ServerConfig) -> Certificates | None:
    """Our own; None where there is no HTTPS, or by a certificate of the user's."""
    if not config.https or config.https_certificate is not None:
        return None
    folder = config.data_directory / "certificates"
    return Certificates(folder, lambda: own_names(config.allowed_hosts))


def _start_tasks(supervisor: Supervisor, services: Services) -> None:
    library = services.library
    supervisor.start("live events", services.hub.follow_events, services.hub.resync)
    supervisor.start("live status", services.hub.follow_status, services.hub.resync)
    supervisor.start("database file", partial(_watch_database, services.store, library))
    supervisor.start("heartbeat", services.hub.keep_alive)
    # A scan finds what the task had noted, or would have noticed meanwhile.
    supervisor.start("arrivals", library.arrivals.run, library.ask_for_scan)
    supervisor.start("scans", library.run_scans, library.ask_for_scan)
    supervisor.start("watchers", library.watch_roots, library.ask_for_scan)
    supervisor.start("probe queue", library.probe_queue.run)
    supervisor.start("backups", services.admin.backup_scheduler.run)
    supervisor.start("bulk changes", services.bulk.run)
    supervisor.start("cleanup", services.admin.cleanup.run)
    supervisor.start("monitor", services.admin.monitor.run)
    supervisor.start("dashboard", services.admin.dashboard.run)
    config = services.config
    addresses = partial(lan_addresses, config.host)
    if config.mdns and config.is_for_the_network:
        supervisor.start("name", Announcer(services.network.ports, addresses).run)
    if config.deovr_headsets:
        remotes = DeoVRRemote(config.deovr_headsets, HOUSEHOLD, services.store, services.sessions)
        supervisor.start("DeoVR", remotes.run)
    if config.dlna and config.is_for_the_network:
        supervisor.start("dlna", partial(_run_dlna, services, addresses))
    if services.network.certificates is not None:
        supervisor.start("certificates", services.network.certificates.keep)


async def _watch_database(store: Store, library: Library) -> None:
    """Say on pages, within a second, when the database's file is missing."""
    while True:
        library.status.set_lost_database(await asyncio.to_thread(store.lost))
        await asyncio.sleep(CHECK_DATABASE_EVERY_S)


async def _run_dlna(services: Services, addresses: Callable[[], Addresses]) -> None:
    """What it takes loads for a quarter of a second: the first page does not wait for it."""
    dlna = await asyncio.to_thread(importlib.import_module, "lvs.dlna.server")
    port = services.config.dlna_port
    servers = dlna.DlnaServer(
        services.config,
        HOUSEHOLD,
        services.store,
        services.folders,
        services.network.ports,
        addresses,
        port,
    )
    await servers.run()


def _ignore_lease_signals() -> None:
    """A read lease that somebody breaks sends SIGIO, whose default is to end the process."""
    if hasattr(signal, "SIGIO") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGIO, signal.SIG_IGN)

"""The open services that request handlers use. `lvs.server.lifecycle` creates them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import cast

from quart import current_app

from lvs.activity import Activity
from lvs.admin.dashboard import Dashboard
from lvs.admin.monitor import Monitor
from lvs.backups.scheduler import BackupScheduler
from lvs.caches import Cache
from lvs.config import ServerConfig
from lvs.folders import Folders
from lvs.headsets.playback_sessions import Sessions
from lvs.http.page_cache import PageCache
from lvs.http.templating import Templates
from lvs.jobs.bulk import BulkChanges
from lvs.jobs.cleanup import Cleanup
from lvs.library.library import Library
from lvs.live.cards import Cards
from lvs.live.hub import Hub
from lvs.logs import RecentErrors
from lvs.metrics import Metrics
from lvs.network.addresses import Ports
from lvs.network.certificates import Certificates
from lvs.store import Store
from lvs.streaming.files import FileReader

EXTENSION = "lvs"


@dataclass(frozen=True, slots=True)
class Rendering:
    """Templates and caches of their output. `api_items` has the JSON of items, in two parts
    (what is one viewer's comes between), and whole."""

    templates: Templates
    cards: Cards
    pages: PageCache
    api_items: Cache[Hashable, tuple[bytes, bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Admin:
    """What the dashboard shows: figures, maintenance, errors of the log, backups; and the deletions
    of missing items that wait."""

    metrics: Metrics
    monitor: Monitor
    dashboard: Dashboard
    errors: RecentErrors
    backup_scheduler: BackupScheduler
    cleanup: Cleanup


@dataclass(frozen=True, slots=True)
class Network:
    """The ports that are open; the certificates of HTTPS, None without them."""

    ports: Ports
    certificates: Certificates | None


@dataclass(frozen=True, slots=True)
class Services:
    config: ServerConfig
    store: Store
    library: Library
    folders: Folders
    activity: Activity
    bulk: BulkChanges
    reader: FileReader
    sessions: Sessions
    hub: Hub
    rendering: Rendering
    admin: Admin
    network: Network

    def close_streams(self) -> None:
        """End every live stream. Clients reconnect when a server runs again."""
        self.hub.close()
        self.admin.dashboard.close()


def current_services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])

"""What request handlers work with: the open house, handed to them by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from quart import current_app

from lvs.backups.keeper import Keeper
from lvs.caches import Cache
from lvs.certificates import Certificates
from lvs.config import ServerConfig
from lvs.contexts.cards import Cards
from lvs.contexts.templates import Templates
from lvs.dashboard import Dashboard
from lvs.jobs.bulk import BulkChanges
from lvs.library.library import Library
from lvs.live import Hub
from lvs.logs import RecentErrors
from lvs.metrics import Metrics
from lvs.monitor import Monitor
from lvs.network import Doors
from lvs.page_cache import PageCache
from lvs.quest.sessions import Sessions
from lvs.store import Store
from lvs.streaming.files import FileReader

EXTENSION = "lvs"


@dataclass(frozen=True, slots=True)
class Services:
    config: ServerConfig
    store: Store
    library: Library
    templates: Templates
    cards: Cards
    api_items: Cache[tuple[int, int], bytes]  # JSON of a video by its row id and version
    pages: PageCache
    hub: Hub
    reader: FileReader
    keeper: Keeper
    bulk: BulkChanges
    metrics: Metrics
    monitor: Monitor
    dashboard: Dashboard
    errors: RecentErrors
    sessions: Sessions
    certificates: Certificates | None
    doors: Doors

    def close_streams(self) -> None:
        """End every live stream; clients come back by themselves when there is a server again."""
        self.hub.close()
        self.dashboard.close()


def services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])

"""`/admin/cache`: statistics of the library and its caches, and a new scan."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from lvs.api.calls import answers
from lvs.api.problems import refuses
from lvs.caches import hit_rate
from lvs.http.routes import STATUS, Route
from lvs.http.viewers import current_viewer
from lvs.services import current_services
from lvs.store import gallery, items
from lvs.store.list_plan import ListSpec


class CacheOut(BaseModel):
    """`hit_rate` is a percentage since the start, 0.0 before any use."""

    entries: int
    limit: int
    hits: int
    misses: int
    hit_rate: float


class CacheStatusOut(BaseModel):
    """Library size and cache statistics, by cache and in total."""

    videos: int
    waiting: int
    scanning: bool
    hits: int
    misses: int
    hit_rate: float
    caches: dict[str, CacheOut]


class RefreshOut(BaseModel):
    success: Literal[True] = True


@answers(CacheStatusOut)
async def status() -> CacheStatusOut:
    """Library and cache statistics."""
    services = current_services()
    each = {
        name: CacheOut(
            entries=len(cache),
            limit=cache.kept,
            hits=cache.hits,
            misses=cache.misses,
            hit_rate=hit_rate(cache.hits, cache.misses),
        )
        for name, cache in services.admin.monitor.sources.caches.items()
    }
    hits, misses = services.admin.monitor.cache_use
    return CacheStatusOut(
        videos=await services.store.read(gallery.count, ListSpec(current_viewer())),
        waiting=await services.store.read(items.count_waiting),
        scanning=services.activity.scan.running,
        hits=hits,
        misses=misses,
        hit_rate=services.admin.monitor.hit_rate,
        caches=each,
    )


@answers(RefreshOut, 202)
@refuses(403, 429)
async def refresh() -> RefreshOut:
    """Start a scan. Caches follow the changes that it finds."""
    current_services().library.ask_for_scan()
    return RefreshOut()


ROUTES = (
    Route("/admin/cache/status", status, STATUS),
    Route("/admin/cache/refresh", refresh, STATUS, ("POST",)),
)

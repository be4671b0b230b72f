"""The figures of the server for programs, in the JSON shape of the previous server."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from quart import Response
from quart_schema import validate_querystring

from lvs.admin.figures import cache_json, database_json, ratings_json, route_json, routes_json
from lvs.admin.monitor import Sample
from lvs.api.calls import Arguments, answers
from lvs.api.problems import refuses
from lvs.api.prometheus import PrometheusCollector
from lvs.http.routes import API, METRICS, STATUS, STATUS_ALIAS, Route
from lvs.services import current_services


class RoutesIn(Arguments):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    sort_by: Literal["p95_ms", "p99_ms", "avg_ms", "request_count"] = "p95_ms"
    order: Literal["asc", "desc"] = "desc"


class RouteOut(BaseModel):
    """Last 100 requests of a route; `last_updated` is ISO 8601 in UTC."""

    route: str
    endpoint: str
    p50_ms: float
    p95_ms: float
    p99_ms: float
    avg_ms: float
    min_ms: float
    max_ms: float
    request_count: int
    error_count: int
    last_updated: str


class RoutesOut(BaseModel):
    routes: list[RouteOut]


class HistoryIn(Arguments):
    span: Literal["hour", "day"] = "hour"


class SampleOut(BaseModel):
    """`at` is Unix time; rates are per second; `p95_ms` covers the requests of that sample."""

    at: float
    requests: float
    errors: float
    p95_ms: float
    hit_rate: float
    cpu_percent: float
    memory_bytes: int
    sent_bytes: float


class HistoryOut(BaseModel):
    """Oldest first; `step_s` is the seconds between two samples."""

    span: Literal["hour", "day"]
    step_s: int
    samples: list[SampleOut]


class DatabaseOut(BaseModel):
    """Last 100 requests."""

    total_queries: int
    avg_per_request: float
    max_per_request: int
    count: int


class RatingsPostOut(BaseModel):
    p95_latency_ms: float
    avg_latency_ms: float
    request_count: int


class HitsOut(BaseModel):
    hits: int
    misses: int
    hit_rate_percent: float


class DiskOut(BaseModel):
    path: str
    free_bytes: int
    total_bytes: int


class ResourcesOut(BaseModel):
    uptime_seconds: float
    cpu_percent: float
    memory_percent: float
    memory_mb: float
    threads: int
    open_files: int
    disks: list[DiskOut]


class WorkersOut(BaseModel):
    waiting: int
    busy: int
    done: int
    failed: int
    seconds_each: float


class StreamsOut(BaseModel):
    pages: int
    messages: int
    dropped: int
    resyncs: int
    events: dict[str, int]
    videos: int
    sent_bytes: int


class PerformanceOut(BaseModel):
    """`endpoints` by route."""

    cache_hit_rate: float
    uptime_seconds: float
    database: DatabaseOut
    ratings_post: RatingsPostOut
    endpoints: dict[str, RouteOut]
    cache: HitsOut
    resources: ResourcesOut
    workers: WorkersOut
    streams: StreamsOut


@answers(PerformanceOut)
async def snapshot() -> PerformanceOut:
    """All performance figures. `cache_hit_rate` is a percentage, `uptime_` values are seconds."""
    services = current_services()
    metrics, monitor, status = services.admin.metrics, services.admin.monitor, services.activity
    now = monitor.now
    return PerformanceOut.model_validate(
        {
            "cache_hit_rate": monitor.hit_rate,
            "uptime_seconds": round(metrics.uptime_s, 3),
            "database": database_json(metrics),
            "ratings_post": ratings_json(metrics),
            "endpoints": {label: route_json(label, r) for label, r in metrics.routes.items()},
            "cache": cache_json(*monitor.cache_use),
            "resources": {
                "uptime_seconds": round(metrics.uptime_s, 3),
                "cpu_percent": now.process.cpu_percent,
                "memory_percent": round(now.process.memory_percent, 3),
                "memory_mb": round(now.process.memory_bytes / 1e6, 3),
                "threads": now.process.threads,
                "open_files": now.process.open_files,
                "disks": [dataclasses.asdict(disk) for disk in now.disks],
            },
            "workers": {
                "waiting": status.thumbnails_waiting,
                "busy": status.thumbnails_busy,
                "done": status.thumbnails_made,
                "failed": status.thumbnails_failed,
                "seconds_each": round(
                    status.thumbnail_s / max(status.thumbnails_made + status.thumbnails_failed, 1),
                    3,
                ),
            },
            "streams": {
                "pages": services.hub.streams + services.admin.dashboard.streams,
                "messages": services.hub.sent,
                "dropped": services.hub.dropped,
                "resyncs": services.hub.resyncs,
                "events": dict(services.store.events),
                "videos": services.reader.open,
                "sent_bytes": services.reader.sent_bytes,
            },
        }
    )


@validate_querystring(RoutesIn)
@answers(RoutesOut)
@refuses(400)
async def routes(query_args: RoutesIn) -> RoutesOut:
    """Latency and errors by route, sorted."""
    found = routes_json(
        current_services().admin.metrics, query_args.limit, query_args.sort_by, query_args.order
    )
    return RoutesOut.model_validate({"routes": found})


@validate_querystring(HistoryIn)
@answers(HistoryOut)
@refuses(400)
async def history(query_args: HistoryIn) -> HistoryOut:
    """History: the last hour by second, or the last 24 hours by minute."""
    monitor = current_services().admin.monitor
    by_second = query_args.span == "hour"
    samples = monitor.seconds if by_second else monitor.minutes
    return HistoryOut(
        span=query_args.span,
        step_s=1 if by_second else 60,
        samples=[_sample_out(sample) for sample in samples],
    )


def _sample_out(sample: Sample) -> SampleOut:
    return SampleOut(
        at=sample.at,
        requests=sample.web.requests,
        errors=sample.web.errors,
        p95_ms=sample.web.p95_ms,
        hit_rate=sample.web.hit_rate,
        cpu_percent=sample.process.cpu_percent,
        memory_bytes=sample.process.memory_bytes,
        sent_bytes=sample.streams.sent_bytes,
    )


async def prometheus() -> Response:
    """Metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(PrometheusCollector(current_services()))
    return Response(generate_latest(registry), 200, {"Content-Type": CONTENT_TYPE_LATEST})


ROUTES = (
    Route("/admin/performance/json", snapshot, STATUS),
    Route("/admin/performance.json", snapshot, STATUS_ALIAS),
    Route("/api/admin/performance/routes", routes, API),
    Route("/api/admin/performance/history", history, API),
    Route("/metrics", prometheus, METRICS),
)

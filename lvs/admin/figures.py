"""The figures of the server, as JSON has them and as the dashboard shows them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lvs import formatting
from lvs.caches import hit_rate
from lvs.metrics import Metrics, Route, latency_of

GOOD_MS, POOR_MS = 50.0, 200.0
POINTS = 120
SPARK_WIDTH, SPARK_HEIGHT = 240, 40


# --- as JSON ---


def route_json(label: str, route: Route) -> dict[str, Any]:
    latency = route.latency
    return {
        "route": label,
        "endpoint": route.endpoint,
        "p50_ms": latency.p50_ms,
        "p95_ms": latency.p95_ms,
        "p99_ms": latency.p99_ms,
        "avg_ms": latency.avg_ms,
        "min_ms": latency.min_ms,
        "max_ms": latency.max_ms,
        "request_count": len(route.samples),
        "error_count": route.errors_in_window,
        "last_updated": f"{datetime.fromtimestamp(route.last_at, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def routes_json(metrics: Metrics, limit: int, sort_by: str, order: str) -> list[dict[str, Any]]:
    rows = [route_json(label, route) for label, route in metrics.routes.items()]
    rows.sort(key=lambda row: row["route"])
    rows.sort(key=lambda row: row[sort_by], reverse=order == "desc")
    return rows[:limit]


def database_json(metrics: Metrics) -> dict[str, Any]:
    counts = metrics.queries
    return {
        "total_queries": sum(counts),
        "avg_per_request": round(statistics.fmean(counts), 3) if counts else 0.0,
        "max_per_request": max(counts, default=0),
        "count": len(counts),
    }


def ratings_json(metrics: Metrics) -> dict[str, Any]:
    latency = latency_of(metrics.ratings_post)
    return {
        "p95_latency_ms": latency.p95_ms,
        "avg_latency_ms": latency.avg_ms,
        "request_count": len(metrics.ratings_post),
    }


def cache_json(hits: int, misses: int) -> dict[str, Any]:
    return {"hits": hits, "misses": misses, "hit_rate_percent": hit_rate(hits, misses)}


# --- as tiles ---


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its word (`good`, `warning`, `poor`, or none) and the hour behind it.

    `spark` are the points of an SVG polyline; empty when there is too little to draw yet, None for
    a figure without a line. `url` is where the word leads, for a figure that wants a person.
    """

    id: str
    title: str
    value: str
    level: str
    word: str
    detail: str
    spark: str | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route in the table, its figures as they sort and as they are shown."""

    id: str
    label: str
    figures: tuple[tuple[str, float, str], ...]
    level: str
    word: str


def level_of(ms: float) -> tuple[str, str]:
    """(level, word) of a latency, by the thresholds of the previous server. Slow has no
    color: there is nothing to do about it on the page."""
    if ms < GOOD_MS:
        return "good", "Good"
    return ("", "Slow") if ms <= POOR_MS else ("poor", "Too slow")


def spark(values: Sequence[float], lowest: float = 0.0, highest: float | None = None) -> str:
    """At most 120 points, each the highest of its part, so that no peak is lost."""
    if len(values) < 2:
        return ""
    size = -(-len(values) // POINTS)
    parts = [max(values[start : start + size]) for start in range(0, len(values), size)]
    top = max(highest if highest is not None else max(parts), lowest + 1e-9)
    step = SPARK_WIDTH / max(len(parts) - 1, 1)
    scale = (SPARK_HEIGHT - 4) / (top - lowest)
    return " ".join(
        f"{index * step:.1f},{SPARK_HEIGHT - 2 - (min(value, top) - lowest) * scale:.1f}"
        for index, value in enumerate(parts)
    )


def route_rows(metrics: Metrics) -> list[RouteRow]:
    """Slowest first."""
    found = [_row(route_json(label, route)) for label, route in metrics.routes.items()]
    return sorted(found, key=lambda row: -row.figures[1][1])


def _row(json: dict[str, Any]) -> RouteRow:
    level, word = level_of(json["p95_ms"])
    latencies = ("p50_ms", "p95_ms", "p99_ms", "avg_ms")
    return RouteRow(
        id="route-" + "".join(c if c.isalnum() else "-" for c in json["route"]).lower(),
        label=json["route"],
        figures=(
            *((name, json[name], f"{json[name]:.1f}") for name in latencies),
            ("request_count", json["request_count"], formatting.number(json["request_count"])),
            ("error_count", json["error_count"], formatting.number(json["error_count"])),
        ),
        level=level,
        word=word,
    )

"""The server's figures: every one against a count of our own, and the dashboard that shows them."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from pathlib import Path

import jsonschema_rs
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lvs.admin.figures import level_of, spark
from lvs.contexts.navigation import navigation_context
from lvs.library.ingest_timing import FOLLOWED, IngestTimings
from lvs.metrics import WINDOW, Metrics, latency_of
from lvs.services import Services
from lvs.store.database import READERS
from tests.helpers import legacy_schema
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import call
from tests.helpers.servers import LocalServer, eventually


async def snapshot(server: LocalServer, path: str = "/admin/performance/json") -> dict[str, object]:
    answer = await server.get(path)
    assert answer.status == 200
    found: dict[str, object] = json.loads(answer.body)
    return found


def test_percentiles_are_those_of_known_latencies() -> None:
    known = [number / 1000 for number in range(1, 101)]  # 1 to 100 ms
    found = latency_of(known)
    at = statistics.quantiles(range(1, 101), n=100, method="inclusive")
    assert (found.p50_ms, found.p95_ms, found.p99_ms) == pytest.approx((at[49], at[94], at[98]))
    assert (found.avg_ms, found.min_ms, found.max_ms) == (50.5, 1.0, 100.0)
    assert latency_of([]).p95_ms == 0.0
    assert latency_of([0.02]).p99_ms == 20.0


def test_windows_hold_the_last_hundred() -> None:
    metrics = Metrics()
    for number in range(250):
        metrics.record("GET /x", "x", number / 1000, failed=number % 10 == 0, queries=number)
    route = metrics.routes["GET /x"]
    assert (len(route.samples), route.requests, route.errors) == (WINDOW, 250, 25)
    assert route.errors_in_window == 10
    assert route.latency.min_ms == 150.0
    assert list(metrics.queries) == list(range(150, 250))
    assert metrics.requests == 250


def test_words_follow_the_thresholds() -> None:
    assert [level_of(ms)[0] for ms in (0, 49.9, 50, 200, 200.1)] == [
        "good",
        "good",
        "",
        "",
        "poor",
    ]


def test_a_line_keeps_its_peaks_and_is_bounded() -> None:
    values = [0.0] * 3600
    values[1234] = 9.0
    points = [tuple(map(float, point.split(","))) for point in spark(values).split()]
    assert len(points) == 120
    assert min(y for _, y in points) == 2.0  # the peak touches the top
    assert spark([1.0]) == ""


async def test_requests_and_errors_are_counted_by_route(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    for _ in range(7):
        await server.get("/api/videos?limit=2")
    for number in range(4):
        await server.get(f"/nowhere/{number}")
    media_hash = await hash_of(server.services, 1)
    for value in (1, 2, 3):
        await call(server, "POST", f"/api/ratings/{media_hash}", {"value": value})
    body = {"media_hash": media_hash, "value": 5}
    await call(server, "POST", "/api/ratings", body)
    found = await snapshot(server)
    endpoints = found["endpoints"]
    assert isinstance(endpoints, dict)
    assert endpoints["GET /api/videos"]["request_count"] == 7
    assert endpoints["(no route)"]["request_count"] == 4
    assert endpoints["POST /api/ratings/<media_hash>"]["request_count"] == 3
    assert found["ratings_post"]["request_count"] == 4  # type: ignore[index]
    assert sum(route["error_count"] for route in endpoints.values()) == 0
    assert (await snapshot(server, "/admin/performance.json")).keys() == found.keys()
    routes = await server.get("/api/admin/performance/routes?sort_by=request_count&limit=2")
    rows = json.loads(routes.body)["routes"]
    assert [row["route"] for row in rows] == ["GET /api/videos", "(no route)"]
    rows = json.loads((await server.get("/api/admin/performance/routes?order=asc")).body)["routes"]
    assert [row["p95_ms"] for row in rows] == sorted(row["p95_ms"] for row in rows)
    for bad in ("sort_by=name", "order=up", "limit=0", "limit=x"):
        assert (await server.get(f"/api/admin/performance/routes?{bad}")).status == 400


async def test_a_failure_is_an_error_of_its_route(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.get("/tags")
    monkeypatch.setattr(server.services.store, "read_cached", None)
    assert (await server.get("/tags")).status == 500
    route = server.services.admin.metrics.routes["GET /tags"]
    assert (route.requests, route.errors) == (2, 1)


async def test_queries_are_counted_for_each_request_alone(server: LocalServer) -> None:
    await fill(server.services.store, 30)
    metrics = server.services.admin.metrics

    async def asks(path: str) -> None:
        assert (await server.get(path)).status == 200

    await asks("/api/videos?limit=5")  # its items are cached from now on
    await asks("/api/videos?limit=5")
    one = metrics.queries[-1]
    assert one > 1
    await asks("/ping")
    assert metrics.queries[-1] == 0
    metrics.queries.clear()
    await asyncio.gather(
        *(asks("/api/videos?limit=5") for _ in range(10)), *(asks("/ping") for _ in range(10))
    )
    assert sorted(metrics.queries) == [0] * 10 + [one] * 10
    metrics.queries.clear()
    for _ in range(4):
        await asks("/api/videos?limit=5")
    database = (await snapshot(server))["database"]
    assert database == {
        "total_queries": 4 * one,
        "avg_per_request": one,
        "max_per_request": one,
        "count": 4,
    }


async def test_queries_are_those_that_sqlite_runs(server: LocalServer) -> None:
    """Against SQLite's own trace of the statements."""
    await fill(server.services.store, 30)
    services = server.services
    ran: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith("--"):  # what triggers do
            ran.append(statement)

    for _ in range(READERS):  # which take turns
        await services.store.read(lambda conn: conn.set_trace_callback(note))
    for path in ("/", "/all", "/api/videos?limit=5&sort=title", "/tags", "/admin/performance"):
        ran.clear()
        assert (await server.get(path)).status == 200
        ours = [statement for statement in ran if statement.lower() not in ("begin", "rollback")]
        assert services.admin.metrics.queries[-1] == len(ours) > 0, path


async def test_latencies_are_those_that_were_put_in(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = server.services.store.read_cached_for
    waits = iter(number / 1000 for number in (5, 20, 35, 50, 80))

    async def slow(*args: object) -> object:
        if args[1] is navigation_context:  # once a page
            await asyncio.sleep(next(waits))
        return await read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(server.services.store, "read_cached_for", slow)
    took_ms = []
    for _ in range(5):
        began = time.perf_counter()
        await server.get("/tags")
        took_ms.append(1000 * (time.perf_counter() - began))
    found = (await snapshot(server))["endpoints"]["GET /tags"]  # type: ignore[index]
    assert 80 <= found["max_ms"] <= max(took_ms)
    assert 5 <= found["min_ms"] <= min(took_ms)
    assert 38 <= found["avg_ms"] <= sum(took_ms) / 5
    assert 35 <= found["p50_ms"] <= max(took_ms)
    assert 50 < found["p95_ms"] <= found["p99_ms"] <= found["max_ms"]


async def test_hits_of_a_cache_are_those_that_were_made(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    await server.get("/all")  # makes the page and its cards
    before = (await snapshot(server))["cache"]
    for _ in range(6):
        await server.get("/all")
    after = (await snapshot(server))["cache"]
    assert after["hits"] - before["hits"] == 6  # type: ignore[index]
    assert after["misses"] == before["misses"]  # type: ignore[index]


async def test_figures_of_caches_streams_and_resources(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    stream = await server.stream("/events")
    for _ in range(4):
        await server.get("/all")
    server.services.admin.monitor.take()
    found = await snapshot(server)
    caches = server.services.admin.monitor.sources.caches.values()
    hits, misses = sum(c.hits for c in caches), sum(c.misses for c in caches)
    rate = round(100 * hits / (hits + misses), 1)
    assert found["cache"] == {"hits": hits, "misses": misses, "hit_rate_percent": rate}
    assert found["cache_hit_rate"] == rate
    assert found["streams"]["pages"] == 1  # type: ignore[index]
    assert found["resources"]["memory_mb"] > 20  # type: ignore[index]
    stream.close()


async def test_the_history_is_bounded_and_reported(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = server.services.admin.monitor
    now = 1_000_000.0
    monkeypatch.setattr("lvs.admin.monitor.time.time", lambda: now)
    for _ in range(4_000):
        monitor.take()
        now += 1
    path = "/api/admin/performance/history"
    hour = json.loads((await server.get(path)).body)
    assert (hour["step_s"], len(hour["samples"])) == (1, 3_600)
    assert hour["samples"][-1]["at"] == 1_003_999.0
    day = json.loads((await server.get(path + "?span=day")).body)
    assert [sample["at"] for sample in day["samples"][:2]] == [1e6 + 59, 1e6 + 119]
    assert len(day["samples"]) == 66
    assert (await server.get(path + "?span=year")).status == 400


async def test_prometheus_reads_the_same_figures(server: LocalServer) -> None:
    for _ in range(3):
        await server.get("/ping")
    for number in range(5):
        await server.get(f"/{number}?x={number}")
    text = (await server.get("/metrics")).text
    found = {family.name: family for family in text_string_to_metric_families(text)}
    requests = {s.labels["route"]: s.value for s in found["lvs_requests"].samples}
    assert requests == {"GET /ping": 3, "(no route)": 5}
    assert found["lvs_memory_bytes"].samples[0].value >= 0


async def test_a_new_file_is_timed_until_its_card_is_shown(
    live_services: Services, live_server: LocalServer, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    stream = await live_server.stream("/events")
    for name in ("a", "b", "c"):
        cast.unique(videos / f"{name}.mp4")
    ingest_timings = live_services.library.ingest_timings
    await eventually(lambda: len(ingest_timings.done) == 3)
    for timing in ingest_timings.done:
        moments = (
            timing.seen,
            timing.settled,
            timing.stored,
            timing.probed,
            timing.rendered,
            timing.pushed,
        )
        assert list(moments) == sorted(moments)
        assert sum(timing.steps.values()) == pytest.approx(timing.whole)
        assert timing.steps["facts"] > 0
        assert timing.steps["thumbnails"] > 0
    page = (await live_server.get("/admin/performance")).text
    assert "p95 of the last 3 files" in page
    assert "<b>b.mp4</b>" in page
    stream.close()


def test_pages_may_be_sent_before_the_thumbnail_is_reported() -> None:
    ingest_timings = IngestTimings()
    ingest_timings.seen((1, "quick.mp4"))
    ingest_timings.settled([(1, "quick.mp4")])
    ingest_timings.stored([(1, "quick.mp4")])
    ingest_timings.pushed(7)
    ingest_timings.rendered((1, "quick.mp4"), 7, 0.0)
    assert [timing.path for timing in ingest_timings.done] == ["quick.mp4"]


def test_files_that_never_arrive_do_not_stand_in_the_way() -> None:
    ingest_timings = IngestTimings()
    for number in range(FOLLOWED + 10):
        ingest_timings.seen((1, f"{number}.mp4"))
    ingest_timings.removed((1, "0.mp4"))
    ingest_timings.seen((1, "late.mp4"))
    ingest_timings.settled([(1, "late.mp4")])
    ingest_timings.stored([(1, "late.mp4")])
    ingest_timings.rendered((1, "late.mp4"), 7, 0.0)
    ingest_timings.pushed(6)
    assert not ingest_timings.done
    ingest_timings.pushed(7)
    assert len(ingest_timings.done) == 1


def test_thumbnails_may_exist_before_the_batch_is_reported_stored() -> None:
    ingest_timings = IngestTimings()
    ingest_timings.seen((1, "quick.mp4"))
    ingest_timings.settled([(1, "quick.mp4")])
    ingest_timings.rendered((1, "quick.mp4"), 7, 0.0)
    ingest_timings.stored([(1, "quick.mp4")])
    ingest_timings.pushed(7)
    assert all(seconds >= 0 for seconds in ingest_timings.done[0].steps.values())


async def test_the_json_has_the_shape_of_the_legacy_server(server: LocalServer) -> None:
    media_hash = (await filled(server))[0]
    empty = await snapshot(server)
    for path in ("/", "/all", "/ping", "/watch/nothing.mp4", "/tags"):
        await server.get(path)
    await call(server, "POST", f"/api/ratings/{media_hash}", {"value": 4})
    server.services.admin.monitor.take()
    used = await snapshot(server)
    for found in (empty, used):
        jsonschema_rs.validate(legacy_schema.SNAPSHOT, found)
    assert len(used["endpoints"]) == 7  # type: ignore[arg-type]
    jsonschema_rs.validate(
        legacy_schema.ROUTES, await snapshot(server, "/api/admin/performance/routes")
    )
    broken = {**used, "cache_hit_rate": "93 %"}
    assert not jsonschema_rs.is_valid(legacy_schema.SNAPSHOT, broken)


async def filled(server: LocalServer) -> list[str]:
    await fill(server.services.store, 3)
    return [await hash_of(server.services, number) for number in (1, 2, 3)]

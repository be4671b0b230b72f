"""The server's figures: every one against a count of our own, and the dashboard that shows them."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext
from prometheus_client.parser import text_string_to_metric_families

from lvs.contexts.performance import level_of, spark
from lvs.library.timeline import FOLLOWED, Timeline
from lvs.metrics import WINDOW, Metrics, latency_of
from lvs.services import Services
from tests import browsers
from tests.browsers import live_page, until
from tests.clips import Cast
from tests.libraries import fill
from tests.servers import LocalServer, eventually
from tests.test_api import call
from tests.test_curation import hash_of


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
        "warning",
        "warning",
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
    await fill(server.house.store, 3)
    for _ in range(7):
        await server.get("/api/videos?limit=2")
    for number in range(4):
        await server.get(f"/nowhere/{number}")
    media_hash = await hash_of(server.house, 1)
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
    monkeypatch.setattr(server.house.store, "recall", None)
    assert (await server.get("/tags")).status == 500
    route = server.house.metrics.routes["GET /tags"]
    assert (route.requests, route.errors) == (2, 1)


async def test_queries_are_counted_for_each_request_alone(server: LocalServer) -> None:
    await fill(server.house.store, 30)
    metrics = server.house.metrics

    async def asks(path: str) -> None:
        assert (await server.get(path)).status == 200

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


async def test_figures_of_caches_streams_and_resources(server: LocalServer) -> None:
    await fill(server.house.store, 3)
    stream = await server.stream("/events")
    for _ in range(4):
        await server.get("/")
    server.house.monitor.take()
    found = await snapshot(server)
    caches = server.house.monitor.sources.caches.values()
    hits, misses = sum(c.hits for c in caches), sum(c.misses for c in caches)
    rate = round(100 * hits / (hits + misses), 1)
    assert found["cache"] == {"hits": hits, "misses": misses, "hit_rate_percent": rate}
    assert found["cache_hit_rate"] == rate
    assert found["streams"]["pages"] == 1  # type: ignore[index]
    assert found["resources"]["memory_mb"] > 20  # type: ignore[index]
    stream.close()


async def test_the_history_is_bounded_and_told(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = server.house.monitor
    now = 1_000_000.0
    monkeypatch.setattr("lvs.monitor.time.time", lambda: now)
    for _ in range(4_000):
        monitor.take()
        now += 1
    path = "/api/admin/performance/history"
    hour = json.loads((await server.get(path)).body)
    assert (hour["step_s"], len(hour["samples"])) == (1, 3_600)
    assert hour["samples"][-1]["at"] == 1_003_999.0
    day = json.loads((await server.get(path + "?span=day")).body)
    assert [sample["at"] for sample in day["samples"][:3]] == [1e6, 1e6 + 60, 1e6 + 120]
    assert len(day["samples"]) == 67
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


async def test_a_dropped_file_is_followed_to_its_tile(
    live_house: Services, live_server: LocalServer, videos: Path, cast: Cast
) -> None:
    await eventually(lambda: live_house.library.watching)
    stream = await live_server.stream("/events")
    for name in ("a", "b", "c"):
        cast.unique(videos / f"{name}.mp4")
    timeline = live_house.library.timeline
    await eventually(lambda: len(timeline.done) == 3)
    for drop in timeline.done:
        moments = (drop.seen, drop.settled, drop.stored, drop.pictured, drop.pushed)
        assert list(moments) == sorted(moments)
    steps = timeline.steps()
    parts = [steps[name] for name in ("settling", "storing", "pictures", "push")]
    for number, whole in enumerate(steps["whole"]):
        assert whole == pytest.approx(sum(part[number] for part in parts))
    assert "p95 of the last 3 files" in (await live_server.get("/admin/performance")).text
    stream.close()


def test_files_that_never_arrive_do_not_stand_in_the_way() -> None:
    timeline = Timeline()
    for number in range(FOLLOWED + 10):
        timeline.seen((1, f"{number}.mp4"))
    timeline.gone((1, "0.mp4"))
    timeline.seen((1, "late.mp4"))
    timeline.settled([(1, "late.mp4")])
    timeline.stored([(1, "late.mp4")])
    timeline.pictured((1, "late.mp4"), 7)
    timeline.pushed(6)
    assert not timeline.done
    timeline.pushed(7)
    assert len(timeline.done) == 1


@pytest.fixture
async def opened(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        yield context


async def test_the_dashboard_moves_without_a_reload(
    live_house: Services, live_server: LocalServer, opened: BrowserContext
) -> None:
    await fill(live_house.store, 3)
    page = await live_page(opened, f"http://127.0.0.1:{live_server.port}/admin/performance")
    await page.evaluate("window.stayed = true")
    await page.get_by_role("button", name="Requests").click()
    assert not await browsers.axe_violations(page)
    for _ in range(60):
        await live_server.get("/api/videos")
    row = page.locator("tr", has_text="GET /api/videos")
    await row.locator("[data-request-count='60']").wait_for()
    await until(page, "document.querySelector('#routes tr').textContent.includes('/api/videos')")
    media_hash = await hash_of(live_house, 1)
    await call(live_server, "POST", f"/api/ratings/{media_hash}", {"value": 3})
    await page.get_by_text("p95 of the last 1 rating").wait_for()
    await page.locator("#tile-uptime polyline").wait_for(state="attached")
    assert await page.evaluate("window.stayed")
    assert "Requests" in await page.locator("th[aria-sort=descending]").inner_text()


async def test_a_dashboard_that_opens_takes_no_news_from_another(
    live_house: Services, live_server: LocalServer
) -> None:
    first = await live_server.stream("/admin/events")
    await first.next()
    live_house.library.status.pictures_failed = 7_777
    second = await live_server.stream("/admin/events")
    await second.next()
    await first.until(lambda message: "7,777" in message.data, timeout=5)
    await second.until(lambda message: "7,777" in message.data, timeout=5)
    first.close()
    second.close()


async def test_fifty_dashboards_cost_one_rendering(
    live_house: Services, live_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [await live_server.stream("/admin/events") for _ in range(50)]
    for stream in streams:
        await stream.next()
    rendered = 0
    view = live_house.dashboard.view

    def counted() -> object:
        nonlocal rendered
        rendered += 1
        return view()

    monkeypatch.setattr(live_house.dashboard, "view", counted, raising=False)
    told = [len(stream.messages) for stream in streams]
    await asyncio.gather(*(stream.next() for stream in streams))
    assert rendered <= 2
    assert [len(stream.messages) for stream in streams] == [count + 1 for count in told]
    for stream in streams:
        stream.close()
    await eventually(lambda: not live_house.dashboard._subscribers, timeout=20)

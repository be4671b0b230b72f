"""Metrics for Prometheus, read from the server's figures at each scrape.

Label values are bounded: routes of the table, names of caches, topics of events; never what
a client sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lvs.services import Services


class PrometheusCollector(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        yield from self._routes()
        yield from self._caches()
        yield from self._events()
        for name, words, value in self._totals():
            yield CounterMetricFamily(f"lvs_{name}", words, value=value)
        for name, words, value in self._gauges():
            yield GaugeMetricFamily(f"lvs_{name}", words, value=value)

    def _routes(self) -> Iterator[Metric]:
        requests = CounterMetricFamily("lvs_requests", "Requests", labels=["route"])
        errors = CounterMetricFamily("lvs_errors", "Responses with status 5xx", labels=["route"])
        seconds = CounterMetricFamily(
            "lvs_request_seconds", "Time to the start of the response", labels=["route"]
        )
        for label, route in self._services.admin.metrics.routes.items():
            requests.add_metric([label], route.requests)
            errors.add_metric([label], route.errors)
            seconds.add_metric([label], route.seconds)
        yield from (requests, errors, seconds)

    def _caches(self) -> Iterator[Metric]:
        hits = CounterMetricFamily("lvs_cache_hits", "Cache hits", labels=["cache"])
        misses = CounterMetricFamily("lvs_cache_misses", "Cache misses", labels=["cache"])
        for name, cache in self._services.admin.monitor.sources.caches.items():
            hits.add_metric([name], cache.hits)
            misses.add_metric([name], cache.misses)
        yield from (hits, misses)

    def _events(self) -> Iterator[Metric]:
        events = CounterMetricFamily("lvs_events", "Library events", labels=["topic"])
        for topic, count in self._services.store.events.items():
            events.add_metric([topic], count)
        yield events

    def _totals(self) -> Iterator[tuple[str, str, float]]:
        hub, status, reader = self._services.hub, self._services.activity, self._services.reader
        yield "messages", "Messages to open pages", hub.sent
        yield "pages_dropped", "Pages dropped for being too slow", hub.dropped
        yield "resyncs", "Pages resynced", hub.resyncs
        yield "pictures_made", "Videos with thumbnails created", status.thumbnails_made
        yield "pictures_failed", "Videos that failed", status.thumbnails_failed
        yield "picture_seconds", "Worker time for thumbnails", status.thumbnail_s
        yield "sent_bytes", "Video bytes sent", reader.sent_bytes

    def _gauges(self) -> Iterator[tuple[str, str, float]]:
        now, services = self._services.admin.monitor.now, self._services
        yield "uptime_seconds", "Uptime", self._services.admin.metrics.uptime_s
        yield (
            "open_pages",
            "Live streams of pages",
            services.hub.streams + services.admin.dashboard.streams,
        )
        yield "open_videos", "Videos being sent", self._services.reader.open
        yield "cpu_percent", "CPU use, percent of one core", now.process.cpu_percent
        yield "memory_bytes", "Resident memory", now.process.memory_bytes
        yield "threads", "Of the web process", now.process.threads
        yield "open_files", "Of the web process", now.process.open_files

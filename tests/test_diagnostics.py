"""Functions are timed, the machine is described, and a running server is put under load."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from lvs.admin import diagnostics
from lvs.admin.diagnostics import get_system_stats, measured, performance_report
from lvs.cli.load_test import profile_of
from lvs.errors import InvalidInputError
from tests.helpers.servers import Process


async def test_functions_plain_and_async_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(diagnostics, "functions", {})
    monkeypatch.setattr("lvs.admin.diagnostics.time.perf_counter", lambda: next(clock) / 1000)

    @measured("plain")
    def plain(value: int) -> int:
        if value < 0:
            raise ValueError(value)
        return value * 2

    @measured()
    async def waits(value: int) -> int:
        return value + 1

    assert [plain(3), plain(4), await waits(1)] == [6, 8, 2]
    with pytest.raises(ValueError, match="-1"):
        plain(-1)
    stats = diagnostics.functions["plain"]
    assert (stats.calls, stats.errors) == (3, 1)
    assert list(stats.samples) == pytest.approx([0.001] * 3)
    (other,) = [name for name in diagnostics.functions if name != "plain"]
    assert other.endswith("waits")
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(performance_report())
    assert "plain" in console.export_text()


def test_the_machine_is_described() -> None:
    found = get_system_stats()
    assert found["memory_mb"] > 10
    assert found["threads"] >= 1


@pytest.mark.parametrize("url", ["http://192.168.1.4:8080", "https://localhost", "localhost:80"])
def test_a_load_stays_on_this_machine(url: str) -> None:
    with pytest.raises(InvalidInputError):
        profile_of(url, 1, 1, allow_remote=False)
    assert profile_of("http://192.168.1.4:8080", 1, 1, allow_remote=True).port == 8080


def test_a_running_server_is_put_under_load(videos: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with Process(videos, tmp_path / "data") as server:
        url = server.url
        command = ("-m", "lvs", "load-test", url, "--seconds", "1", "--report", str(report))
        run = Process(videos, tmp_path / "other", command=command).start(wait=False)
        assert run.wait() == 0, run.output
        found = json.loads(report.read_text())
        counted = json.loads(server.get("/admin/performance/json").body)["endpoints"]
        assert found["errors"] == 0
        assert found["paths"]["/ping"]["requests"] > 0
        assert counted["GET /ping"]["request_count"] <= found["paths"]["/ping"]["requests"]
        scraped = server.get("/metrics").text
        (line,) = [
            row for row in scraped.splitlines() if 'requests_total{route="GET /ping"}' in row
        ]
        assert float(line.split()[-1]) == found["paths"]["/ping"]["requests"]
    nobody = Process(videos, tmp_path / "other", command=command).start(wait=False)
    assert nobody.wait() == 1
    assert "No server answers" in " ".join(nobody.output)

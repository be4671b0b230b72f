"""What the commands print and change, run in this process; `test_process.py` has the real ones."""

from __future__ import annotations

import asyncio
import http.server
import io
import json
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import lvs.server.hypercorn
from lvs.backups import format as folder
from lvs.cli import scan
from lvs.cli.main import main
from lvs.config import ServerConfig
from lvs.demo.user_data import seed
from lvs.errors import StartError
from lvs.models import KnownFile
from lvs.progress import Progress
from lvs.server.lock import lock_data_directory
from lvs.services import Services
from lvs.store import Connection, Store, Transaction, curation, files, roots
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import eventually

Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path, videos: Path, data: Path) -> Run:
    settings = {
        "LVS_VIDEO_DIRECTORY": str(videos),
        "LVS_DATA_DIRECTORY": str(data),
        "LVS_WATCH": "off",
    }

    def run(*command: str, **more: str) -> Result:
        return CliRunner().invoke(main, command, env={**settings, **more})

    return run


def change(data: Path, *changes: Callable[[Transaction], Any], count: int = 0) -> None:
    """Open the store, add so many videos, and make changes."""

    async def build() -> None:
        store = Store(data / "library.db")
        await store.open()
        await store.write(roots.configure, {"videos": "/videos"})
        await fill(store, count)
        for one in changes:
            await store.write(one)
        await store.close()

    data.mkdir(exist_ok=True)
    asyncio.run(build())


def lose(tx: Transaction, *item_ids: int, days: int = 100) -> None:
    """Files that have been missing for so many days."""
    for item_id in item_ids:
        files.mark_missing(tx, files.of_item(tx.connection, item_id))
        tx.connection.execute(
            "update file set missing_since = missing_since - ? where item_id = ?",
            (days * 86_400_000, item_id),
        )


def test_a_backup_of_no_library_says_so_in_one_line(run: Run, data: Path) -> None:
    result = run("backup")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.output.splitlines()) == 1
    assert not list(data.rglob("manifest.json"))


def test_a_backup_into_a_folder_deletes_no_older_one_there(
    run: Run, data: Path, tmp_path: Path
) -> None:
    change(data, count=2)
    for _ in range(3):
        result = run("backup", "--to", str(tmp_path / "disk"), LVS_BACKUP_RETENTION="1")
        assert result.exit_code == 0, result.output
    assert len(folder.listed(tmp_path / "disk")) == 3
    for _ in range(3):
        assert "Backed up 2 videos" in run("backup", LVS_BACKUP_RETENTION="1").output
    assert len(folder.listed(data / "backups")) == 1


def test_backups_are_listed_newest_first_with_what_they_have(run: Run, data: Path) -> None:
    change(data, count=2)
    run("backup")
    change(data)
    run("backup")
    names = [one.name for one in folder.listed(data / "backups")]
    lines = run("restore").output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names == sorted(names, reverse=True)
    assert all("2" in line.split() and "now" in line for line in lines[1:])


def test_a_backup_that_is_not_there_is_named(run: Run, data: Path) -> None:
    change(data, count=1)
    before = (data / "library.db").read_bytes()
    result = run("restore", "2020-01-01")
    assert result.exit_code == 1
    assert "2020-01-01" in result.output
    assert (data / "library.db").read_bytes() == before


def test_a_restore_brings_ratings_back_and_keeps_the_library_before_it(
    run: Run, data: Path
) -> None:
    change(data, lambda tx: curation.rate(tx, HOUSEHOLD, 1, 5), count=2)
    run("backup")
    change(data, lambda tx: curation.rate(tx, HOUSEHOLD, 1, 2))
    (made,) = folder.listed(data / "backups")
    result = run("restore", made.name)
    assert result.exit_code == 0, result.output
    assert "Restored 2 videos" in result.output
    assert "is kept as" in result.output
    found: list[Any] = []
    change(data, lambda tx: found.append(curation.rating_of(tx.connection, HOUSEHOLD, 1).own))
    assert found == [5]


@pytest.mark.parametrize("command", [("restore", "x"), ("cleanup",), ("scan",)])
def test_what_changes_the_library_is_refused_beside_a_server(
    run: Run, data: Path, command: tuple[str, ...]
) -> None:
    change(data, count=1)
    run("backup")
    (made,) = folder.listed(data / "backups")
    with lock_data_directory(data):
        result = run(*(made.name if word == "x" else word for word in command))
    assert result.exit_code == 1
    assert "in use by another server" in " ".join(result.output.split())


def test_cleanup_lists_twenty_and_counts_the_rest(run: Run, data: Path) -> None:
    change(data, lambda tx: lose(tx, *range(1, 24)), count=25)
    result = run("cleanup")
    assert "Missing for more than 90 days (23):" in result.output
    assert result.output.count("  Video 0000") == 20
    assert "  and 3 more" in result.output
    assert "Nothing was changed" in result.output
    assert "23 entries deleted" in run("cleanup", "--yes").output
    assert "No video has been missing" in run("cleanup").output


def test_cleanup_backs_up_before_it_deletes(run: Run, data: Path) -> None:
    change(data, lambda tx: curation.rate(tx, HOUSEHOLD, 2, 4), lambda tx: lose(tx, 2), count=3)
    run("cleanup")
    assert not folder.listed(data / "backups")
    assert "1 entry deleted" in run("cleanup", "--yes").output
    (made,) = folder.listed(data / "backups")
    assert "Video 000001.mp4" in json.loads((made.path / "ratings.json").read_text())


def test_cleanup_takes_other_days(run: Run, data: Path) -> None:
    change(data, lambda tx: lose(tx, 1, days=20), count=2)
    assert "No video has been missing for more than 90 days." in run("cleanup").output
    assert "Missing for more than 10 days (1):" in run("cleanup", "--missing-days", "10").output
    assert run("cleanup", "--missing-days", "0").exit_code == 2


def test_a_bad_setting_is_one_line_and_no_traceback(run: Run, data: Path) -> None:
    for command in ("serve", "scan", "doctor", "backup", "cleanup"):
        result = run(command, LVS_PORT="eighty")
        assert result.exit_code == 1
        assert "LVS_PORT is 'eighty'" in result.output
        assert "Traceback" not in result.output
    assert not data.exists()


# --- the demo ---


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[ServerConfig]:
    """The settings that the server was started with, which does nothing."""
    started: list[ServerConfig] = []

    def serve(config: ServerConfig, on_start: Callable[..., Coroutine[Any, Any, None]]) -> None:
        config.data_directory.mkdir(parents=True, exist_ok=True)
        started.append(config)

        class Console:  # no terminal: no progress
            is_terminal = False

        asyncio.run(on_start(object(), ["http://127.0.0.1:1/"]))

    monkeypatch.setattr(lvs.server.hypercorn, "run", serve)
    return started


def test_the_demo_has_user_data_on_the_first_run_only(
    run: Run,
    served: list[ServerConfig],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeded: list[object] = []

    async def note(services: object) -> None:
        seeded.append(services)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lvs.demo.user_data.seed", note)
    monkeypatch.setattr("lvs.demo.make_library", lambda _home, _progress: 30 - len(served) * 30)
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert "Made 30 videos in demo/videos." in first.output
    second = run("demo")
    assert second.exit_code == 0, second.output
    assert "Made" not in second.output
    assert len(seeded) == 1
    assert [config.video_directory for config in served] == [(tmp_path / "demo" / "videos",)] * 2
    assert {config.data_directory for config in served} == {tmp_path / "demo" / "data"}


def test_the_demo_without_its_packages_says_how_to_install_them(
    run: Run, served: list[ServerConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> int:
        raise StartError("Install them with: pip")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lvs.demo.make_library", missing)
    result = run("demo")
    assert (result.exit_code, served) == (1, [])
    assert "Install them with: pip" in result.output


async def test_user_data_waits_for_every_video_and_is_stored_at_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lvs.demo import user_data
    from lvs.demo.catalogue import Entry, Seed
    from lvs.demo.scenes.science import saturn

    given = Seed(("sea", "calm"), 4, True, 3, 11.0)
    entries = {
        "Video 000000.mp4": Entry(saturn, (16, 16), 20, 1, seed=given),
        "Video 000001.mp4": Entry(saturn, (16, 16), 20, 1),
    }
    monkeypatch.setattr(user_data, "ENTRIES", entries)
    monkeypatch.setattr(user_data, "_CHECK_EVERY_S", 0.01)
    looked_up: list[str] = []
    at_path = files.at_path

    def counted(conn: Connection, root_id: int, name: str) -> KnownFile | None:
        looked_up.append(name)
        return at_path(conn, root_id, name)

    monkeypatch.setattr(files, "at_path", counted)
    await fill(services.store, 1)
    seeding = asyncio.create_task(seed(services))
    await eventually(lambda: len(looked_up) > 2 * len(entries))
    before = await services.store.read(curation.rating_of, HOUSEHOLD, 1)
    assert before.own is None, "nothing is stored before all are there"
    assert not seeding.done()
    await fill(services.store, 1, start=1)
    await asyncio.wait_for(seeding, 10)
    assert (await services.store.read(curation.rating_of, HOUSEHOLD, 1)).own == 4
    assert (await services.store.read(curation.rating_of, HOUSEHOLD, 2)).own is None
    rows = await services.store.read(
        lambda conn: conn.execute(
            "select (select count(*) from item_tag where item_id = 1),"
            " (select count(*) from favorite where item_id = 1),"
            " (select position_s from playback_progress where item_id = 1)"
        ).fetchone()
    )
    assert tuple(rows) == (2, 1, 11.0)


# --- the load test ---


@contextmanager
def answering(status: int, *, keep_alive: bool = True) -> Iterator[int]:
    """A server that gives one status to every request; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(("status", "keep_alive"), [(200, True), (404, True), (200, False)])
def test_a_load_test_reports_each_path(
    run: Run, tmp_path: Path, status: int, keep_alive: bool
) -> None:
    report = tmp_path / "report.json"
    with answering(status, keep_alive=keep_alive) as port:
        url = f"http://127.0.0.1:{port}"
        result = run(
            "load-test", url, "--seconds", "0.3", "--clients", "2", "--report", str(report)
        )
    assert result.exit_code == 0, result.output
    found = json.loads(report.read_text())
    assert (found["server"], found["clients"], found["errors"]) == (url, 2, 0)
    assert found["requests"] == sum(path["requests"] for path in found["paths"].values())
    assert all(path["requests"] > 0 for path in found["paths"].values())
    assert f"{found['requests']} responses, 0 errors." in result.output


def test_a_load_test_counts_failures_of_the_server(run: Run) -> None:
    with answering(503) as port:
        result = run("load-test", f"http://127.0.0.1:{port}", "--seconds", "0.2")
    counts = re.search(r"(\d+) responses, (\d+) errors\.", result.output)
    assert counts
    assert int(counts[1]) == int(counts[2]) > 0


def test_a_load_test_without_a_server_says_how_to_start_one(run: Run) -> None:
    with answering(200) as port:
        pass
    result = run("load-test", f"http://127.0.0.1:{port}", "--seconds", "0.2")
    assert result.exit_code == 1
    assert "No server answers at 127.0.0.1" in result.output
    assert "make run" in result.output


@pytest.mark.parametrize("url", ["http://example.com:8080", "ftp://127.0.0.1", "http://[", "8080"])
def test_a_load_test_of_another_machine_or_of_no_address_is_refused(run: Run, url: str) -> None:
    result = run("load-test", url, "--seconds", "0.1")
    assert result.exit_code == 1
    assert "another machine" in result.output or "is not a URL" in result.output


# --- progress in the terminal ---


class Busy:
    """The part of `Activity` that bars read."""

    def __init__(self) -> None:
        self.scan, self.thumbnails = Progress(), Progress()


async def test_bars_show_what_is_running_and_end_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "REDRAW_S", 0.01)
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    services: Any = type("Services", (), {"activity": Busy()})()
    showing = asyncio.create_task(scan.show_progress(services, console))
    services.activity.scan.start()
    services.activity.scan.total = 7
    services.activity.scan.advance(3)
    await eventually(lambda: "3/7" in screen.getvalue())
    assert "Thumbnails" not in screen.getvalue()
    services.activity.scan.running = False
    services.activity.thumbnails.start()
    await eventually(lambda: "Thumbnails" in screen.getvalue())
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)


async def test_a_log_file_gets_no_bars() -> None:
    screen = io.StringIO()
    services: Any = type("Services", (), {"activity": Busy()})()
    await asyncio.wait_for(scan.show_progress(services, Console(file=screen)), 5)
    assert screen.getvalue() == ""

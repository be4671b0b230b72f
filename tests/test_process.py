"""The server as a process: it starts with clear words and ends cleanly, whatever is open."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lvs.store import Store
from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import (
    HOME,
    Process,
    ask,
    open_stream,
)


def ended(family: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)


def wait_until_gone(family: list[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ended(family):
        assert time.monotonic() < deadline, f"still there: {family}"
        time.sleep(0.05)


async def test_sigterm_ends_open_streams_and_leaves_no_orphan(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    for number in range(6):
        cast.unique(videos / f"{number}.mp4")
    with (videos / "large.mp4").open("wb") as handle:
        handle.truncate(300_000_000)
    age(videos)
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(lambda: server.cards() == 7 and server.family(), "videos and workers")
        family = server.family()
        streams = [await open_stream(server.port, "/events") for _ in range(5)]
        player = socket.create_connection(("127.0.0.1", server.port))
        player.sendall(b"GET /video/large.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        player.recv(1000)
        server.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(server.wait)
        assert code == 0, server.output
        assert ended(family)
        for stream in streams:
            while await stream.next(5) is not None:
                pass
        assert not [line for line in server.output if "Traceback" in line], "\n".join(server.output)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_do_not_outlive_the_server(
    videos: Path, tmp_path: Path, cast: Cast, how: signal.Signals
) -> None:
    for number in range(30):
        cast.unique(videos / f"{number}.mp4", "dark-start.mp4")
    age(videos)
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(server.family, "workers")
        family = server.family()
        server.stop(how)
    wait_until_gone(family, 5)


def test_killed_at_any_moment_it_starts_again_without_repair(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    for number in range(200):
        cast.unique(videos / f"{number}.mp4")
    age(videos)
    shown = 0
    for wanted in (1, 40, 90):
        with Process(videos, tmp_path / "data") as server:
            server.wait_for(
                lambda wanted=wanted: server.get("/all").text.count("?v=") > wanted,  # type: ignore[misc]
                "pictures",
            )
            shown = max(shown, len(list((tmp_path / "data" / "thumbnails").rglob("640.webp"))))
            server.stop(signal.SIGKILL)
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(lambda: "200 videos" in server.get("/all").text, "all videos")
        check = subprocess.run(
            [sys.executable, "-c", "import sqlite3,sys; print(sqlite3.connect(sys.argv[1])"
             ".execute('pragma integrity_check').fetchone()[0])",
             str(tmp_path / "data" / "library.db")],
            capture_output=True, text=True,
        )  # fmt: skip
        assert check.stdout.strip() == "ok"
    assert shown > 20


def test_two_servers_on_one_data_folder(videos: Path, tmp_path: Path) -> None:
    with Process(videos, tmp_path / "data") as first:
        second = Process(videos, tmp_path / "data").start(wait=False)
        assert second.wait() == 1
        assert "in use by another server" in second.output[-1]
        assert str(first.process.pid) in second.output[-1]
        assert first.get("/ping").status == 200


def test_a_second_server_is_refused_though_the_lock_file_is_deleted(
    videos: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with Process(videos, data) as first:
        (data / "server.lock").unlink()
        for _ in range(2):
            second = Process(videos, data).start(wait=False)
            assert second.wait() == 1
            assert "in use by another server" in second.output[-1]
        assert first.get("/ping").status == 200
    with Process(videos, data) as third:
        assert third.get("/ping").status == 200


def test_what_people_watch_is_readable_for_their_user_alone(videos: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"

    def modes(*names: str) -> set[int]:
        return {stat.S_IMODE((data / name).stat().st_mode) for name in names}

    files = ("library.db", "library.db-wal", "library.db-shm")
    with Process(videos, data):
        assert modes("", "backups" if (data / "backups").exists() else "") == {0o700}
        assert modes(*files) == {0o600}
        assert modes(*(f"certificates/{path.name}" for path in data.glob("certificates/*"))) == {
            0o600
        }
    data.chmod(0o755)  # as its owner chose
    (data / "library.db").chmod(0o644)  # as older programs made it
    with Process(videos, data):
        assert modes(*files) == {0o600}
        assert modes("") == {0o755}
    run = Process(videos, data, {}, ("-m", "lvs", "backup")).start(wait=False)
    assert run.wait() == 0, run.output
    (made,) = (data / "backups").iterdir()
    run = Process(videos, data, {}, ("-m", "lvs", "restore", made.name)).start(wait=False)
    assert run.wait() == 0, run.output
    assert modes("backups", f"backups/{made.name}") == {0o700}
    assert modes("library.db") == {0o600}


@pytest.mark.parametrize("name", ["[/x]", "[red]x", "\udce9"])
def test_commands_show_names_as_they_are(tmp_path: Path, name: str) -> None:
    videos = tmp_path / name
    settings = {"LVS_HTTPS": "0"}
    run = Process(videos, tmp_path / "data", settings, ("-m", "lvs", "restore", name))
    assert run.start(wait=False).wait() == 1
    shown = name.encode("utf-8", "backslashreplace").decode()
    assert f"{shown} is not a backup" in run.output[-1]
    with Process(videos, tmp_path / "data", settings) as server:
        server.wait_for(lambda: any("Ctrl+C" in line for line in server.output), "its end")
    assert any(line.endswith(f"/{shown}") for line in server.output), server.output


def test_a_port_in_use_is_reported_in_one_line(videos: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        server = Process(videos, tmp_path / "data", {"LVS_PORT": port}).start(wait=False)
        assert server.wait() == 1
        assert len(server.output) == 1
        assert f"Port {port}" in server.output[0]
        assert "LVS_PORT" in server.output[0]


def test_a_bad_setting_is_reported_in_one_line(videos: Path, tmp_path: Path) -> None:
    server = Process(videos, tmp_path / "data", {"LVS_WATCH": "maybe"}).start(wait=False)
    assert server.wait() == 1
    assert len(server.output) == 1
    assert server.output[0].startswith("LVS_WATCH is 'maybe'")


def test_a_setting_by_its_old_name_is_logged_once_at_the_start(
    videos: Path, tmp_path: Path
) -> None:
    with Process(videos, tmp_path / "data", {"LVS_BACKUPS_KEPT": "3"}) as server:
        server.wait_for(lambda: any("Ctrl+C" in line for line in server.output), "its end")
        server.stop()
    assert (
        sum("LVS_BACKUPS_KEPT is now LVS_BACKUP_RETENTION" in line for line in server.output) == 1
    )
    assert any("LVS_BACKUP_RETENTION = 3" in line for line in server.output)


def test_a_missing_video_folder_is_made_and_the_page_says_what_to_do(tmp_path: Path) -> None:
    videos = tmp_path / "not" / "there"
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(lambda: "Copy a video into" in server.get("/all").text, "what to do")
    assert videos.is_dir()


def test_the_banner_says_where_and_what(videos: Path, tmp_path: Path) -> None:
    with Process(videos, tmp_path / "data", {"LVS_HOST": "0.0.0.0"}) as server:
        server.wait_for(lambda: any("Ctrl+C" in line for line in server.output), "its end")
        banner = "\n".join(server.output)
    assert f"open     http://localhost:{server.port}/" in banner
    assert f"videos   {videos}" in banner
    assert f"data     {tmp_path / 'data'}" in banner
    assert "LVS_HOST = 0.0.0.0" in banner


def test_the_password_of_headsets_is_never_shown(videos: Path, tmp_path: Path) -> None:
    login = {"LVS_HEADSET_LOGIN": "ann:hushhush", "LVS_LOG_LEVEL": "debug", "LVS_HTTPS": "0"}
    with Process(videos, tmp_path / "data", login) as server:
        server.wait_for(lambda: any("Ctrl+C" in line for line in server.output), "its end")
        pages = ("/", "/headset", "/admin/performance", "/admin/performance/json", "/metrics")
        shown = [server.get(path).text for path in pages]
    assert any("LVS_HEADSET_LOGIN = *" in line for line in server.output)
    wrong = Process(videos, tmp_path / "data", {"LVS_HEADSET_LOGIN": "hushhush"})
    assert wrong.start(wait=False).wait() == 1
    assert len(wrong.output) == 1
    assert "LVS_HEADSET_LOGIN" in wrong.output[0]
    assert "name:password" in wrong.output[0]
    doctor = Process(videos, tmp_path / "data", login, ("-m", "lvs", "doctor"))
    assert doctor.start(wait=False).wait() == 0, doctor.output
    for text in (*shown, *server.output, *wrong.output, *doctor.output):
        assert "hushhush" not in text


def test_app_py_serves_as_well(videos: Path, tmp_path: Path, cast: Cast) -> None:
    cast.unique(videos / "a.mp4")
    age(videos)
    command = (str(HOME / "app.py"),)
    with Process(videos, tmp_path / "data", command=command) as server:
        server.wait_for(lambda: 'data-state="ready"' in server.get("/all").text, "the picture")


def test_logs_can_be_json(videos: Path, tmp_path: Path) -> None:
    with Process(videos, tmp_path / "data", {"LVS_LOG_FORMAT": "json"}) as server:
        server.wait_for(lambda: any('"Scanned' in line for line in server.output), "the log")
        lines = [json.loads(line) for line in server.output if line.startswith("{")]
    assert lines[0]["level"] == "info"
    assert set(lines[0]) == {"at", "level", "logger", "message"}


def test_the_access_log_is_off_and_can_be_on(videos: Path, tmp_path: Path) -> None:
    for setting, expected in (("false", False), ("true", True)):
        data = tmp_path / setting
        with Process(videos, data, {"LVS_ACCESS_LOG": setting}) as server:
            server.get("/ping")
            server.stop()
        assert any("/ping" in line for line in server.output) == expected


def test_scan_fills_the_library_without_serving(videos: Path, tmp_path: Path, cast: Cast) -> None:
    for number in range(5):
        cast.unique(videos / f"{number}.mp4")
    (videos / "bad.mp4").write_bytes(b"nothing")
    scan = Process(videos, tmp_path / "data", command=("-m", "lvs", "scan")).start(wait=False)
    assert scan.wait(60) == 0, scan.output
    assert "6 videos" in scan.output[-1]
    assert len(list((tmp_path / "data" / "thumbnails").rglob("640.webp"))) == 5


def test_doctor_says_what_is_good_and_what_is_not(videos: Path, tmp_path: Path) -> None:
    good = Process(videos, tmp_path / "data", command=("-m", "lvs", "doctor")).start(wait=False)
    assert good.wait() == 0, good.output
    text = "\n".join(good.output)
    for what in ("Video folder", "Data folder", "Database", "Port", "Codecs"):
        assert what in text
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "library.db").write_bytes(b"rubbish" * 1000)
    bad = Process(videos, tmp_path / "data", command=("-m", "lvs", "doctor")).start(wait=False)
    assert bad.wait() == 1
    assert "restore a backup" in "\n".join(bad.output).replace("\n", " ")


def test_doctor_creates_nothing_and_knows_what_the_start_creates(tmp_path: Path) -> None:
    videos, data = tmp_path / "new" / "videos", tmp_path / "data"
    run = Process(videos, data, command=("-m", "lvs", "doctor")).start(wait=False)
    assert run.wait() == 0, run.output
    assert sum("the first start creates it" in line for line in run.output) == 3
    assert not list(tmp_path.iterdir())
    with Process(videos, data):
        pass
    videos.rmdir()  # its disk is disconnected
    run = Process(videos, data, command=("-m", "lvs", "doctor")).start(wait=False)
    assert run.wait() == 1
    assert "Connect its disk" in " ".join(run.output)


def size_of_an_empty_library(folder: Path) -> int:
    """Bytes of its write-ahead log: the largest file of a new library."""

    async def measured() -> int:
        store = Store(folder / "empty.db")
        await store.open()
        size = (folder / "empty.db-wal").stat().st_size
        await store.close()
        return size

    return asyncio.run(measured())


def test_a_full_data_disk_is_reported_and_nothing_is_half_done(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    """A file size limit makes every larger write fail as a full disk does."""
    for number in range(40):
        cast.unique(videos / f"{number}.mp4")
    age(videos)
    limit = size_of_an_empty_library(tmp_path) + 225_000  # enough for all cards and some thumbnails
    limited = (
        "-c",
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "from lvs.cli.main import main; main(['serve'])",
    )
    with Process(videos, tmp_path / "data", command=limited) as server:
        server.wait_for(lambda: "be changed right now" in server.get("/all").text, "word of it")
        assert any("be changed right now" in line for line in server.output)
        assert server.cards() == 40
        (first,) = json.loads(server.get("/api/videos?limit=1").body)["videos"]
        rating = f"/api/ratings/{first['media_hash']}"
        as_json = {"Content-Type": "application/json"}
        refused = server.get(rating, method="POST", headers=as_json, body='{"value": 4}')
        assert (refused.status, "nothing was changed" in refused.text) == (503, True)
        assert json.loads(server.get(rating).body)["user"]["value"] is None
        ready = server.get("/all").text.count(READY)
        assert ready < 40
    with Process(videos, tmp_path / "data") as server:
        assert server.get("/all").text.count(READY) >= ready
        server.wait_for(lambda: server.get("/all").text.count(READY) == 40, "all pictures")


READY = 'data-state="ready"'


@pytest.fixture(scope="module")
def setting_of_the_developer() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("LVS_VIDEO_DIRECTORY", "/home/somebody/videos")
        yield


@pytest.mark.usefixtures("setting_of_the_developer")
def test_no_setting_of_the_developer_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("LVS_")]


def test_hypercorn_can_serve_the_app_by_itself(tmp_path: Path, videos: Path, cast: Cast) -> None:

    cast.unique(videos / "a.mp4")
    port = random.randint(20_000, 30_000)
    process = Process(
        videos,
        tmp_path / "data",
        command=("-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "app:app"),
    )
    process.start(wait=False)
    try:

        def answers() -> bool:
            try:
                return ask(port, "/ping").status == 200
            except OSError:
                return False

        process.wait_for(answers, "an answer")
    finally:
        process.stop()

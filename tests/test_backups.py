"""Backups prove themselves, bring everything back, and are refused when they are not whole."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from lvs.backups import create, restore, scheduler
from lvs.backups import format as folder
from lvs.backups.format import Backup
from lvs.errors import ConflictError, InvalidInputError, UnavailableError
from lvs.services import Services
from lvs.store import (
    Store,
    Transaction,
    counts,
    curation,
    export,
    playback,
    projection,
    roots,
    saved_searches,
    tags,
)
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.postgres import Databases
from tests.helpers.requests import post
from tests.helpers.servers import HOME, LocalServer, Process, StartServices, eventually

FOLDERS = ["", "Holidays", "Caf\udce9"]
both_engines = pytest.mark.engines("sqlite", "postgres")


def give(tx: Transaction) -> None:
    for video in range(1, 31):
        curation.rate(tx, HOUSEHOLD, video, video % 5 + 1)
        tags.set_all(tx, video, ["Sea", f"Year {2000 + video % 7}", "Été"])
        playback.save_position(tx, HOUSEHOLD, video, 12.5)
    for video in range(1, 41, 3):
        curation.set_favorite(tx, HOUSEHOLD, video, True)
    projection.set_projection(tx, 1, "180", "rl")


@pytest.fixture
async def given(services: Services) -> Services:
    await fill(services.store, 60, FOLDERS)
    await services.store.write(give)
    return services


async def exported(store: Store) -> list[str]:
    return await store.read(lambda conn: list(export.export(conn)))


async def saved(store: Store) -> list[str]:
    return await store.read(
        lambda conn: [row[0] for row in conn.execute("select name from saved_search")]
    )


def silent(what: str, done: int, total: int) -> None:
    """No progress."""


@both_engines
async def test_what_was_backed_up_comes_back_the_same_on_both_engines(
    given: Services, tmp_path: Path, postgres: Databases
) -> None:
    await given.store.write(saved_searches.save, HOUSEHOLD, "By title", "sort=title")
    before = await exported(given.store)
    made = await given.admin.backup_scheduler.make()
    assert [backup.name for backup in await given.admin.backup_scheduler.listed()] == [made.name]
    database = tmp_path / "elsewhere" / "library.db"
    database.parent.mkdir()
    assert restore.restore(made, database) is None
    with postgres.new() as address:
        restore.restore_to_server(made, address, tmp_path, silent)
        targets: list[Path | str] = [database, address]
        for target in targets:
            again = Store(target)
            await again.open()
            assert await exported(again) == before
            assert await saved(again) == ["By title"]
            assert again.last_event_id == given.store.last_event_id == made.manifest.event
            await again.close()
    assert not list(tmp_path.glob("library.db*"))


async def test_a_restore_keeps_a_postgresql_library(
    made: Backup, tmp_path: Path, postgres: Databases
) -> None:
    with postgres.new() as address:
        restore.restore_to_server(made, address, tmp_path, silent)
        with pytest.raises(ConflictError, match="is not empty"):
            restore.restore_to_server(made, address, tmp_path, silent)
        assert not list(tmp_path.glob("library.db*"))


@pytest.mark.engines("postgres")
async def test_the_password_is_not_in_the_list_of_processes(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = asyncio.create_subprocess_exec

    async def note(*command: str, **more: Any) -> asyncio.subprocess.Process:
        started.extend(command)
        return await start(*command, **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", note)
    await services.admin.backup_scheduler.make()
    assert "lvs.backups.process" in started
    assert services.store.database not in started


def test_the_portable_files_hold_the_user_data(made: Backup) -> None:
    found = {name: json.loads((made.path / f"{name}.json").read_text()) for name in folder.PORTABLE}
    assert found["ratings"]["Video 000000.mp4"] == 2
    assert found["tags"]["Holidays/Video 000001.mp4"] == ["Sea", "Year 2002", "Été"]
    assert len(found["favorites"]) == 14
    assert len(found["ratings"]) == 30
    whole = json.loads((made.path / "export.json").read_text())
    assert len(whole["videos"]) == 60
    assert sum(len(video["progress"]) for video in whole["videos"]) == 30
    selected = [video["layout"] for video in whole["videos"] if video["layout"]["stereo"]]
    assert selected == [{"projection": "180", "stereo": "rl"}]


@pytest.fixture(scope="module")
async def one_for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a backup, of which tests take copies."""
    home = tmp_path_factory.mktemp("library")
    store = Store(home / "library.db")
    await store.open()
    await store.write(roots.configure, {"videos": "/videos"})
    await fill(store, 60, FOLDERS)
    await store.write(give)
    made = create.make(store.database, home / "backups", kept=1)
    await store.close()
    return made.path


@pytest.fixture
def made(one_for_all: Path, tmp_path: Path) -> Backup:
    target = tmp_path / "data" / "backups" / one_for_all.name
    return folder.read(Path(shutil.copytree(one_for_all, target)))


def cut_off(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)


def change_a_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("name", ["library.db", "export.json", "ratings.json"])
@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (cut_off, "cut off or changed"),
        (change_a_byte, "content was changed"),
        (remove, "is missing"),
    ],
)
async def test_a_backup_that_is_not_whole_is_refused_and_changes_nothing(
    made: Backup, tmp_path: Path, name: str, harm: Callable[[Path], None], reason: str
) -> None:
    database = tmp_path / "library.db"
    database.write_bytes(b"as it was")
    harm(made.path / name)
    with pytest.raises(InvalidInputError, match=reason) as refused:
        restore.restore(made, database)
    assert name in refused.value.detail
    assert database.read_bytes() == b"as it was"
    assert sorted(path.name for path in tmp_path.glob("library.db*")) == ["library.db"]


async def test_a_forged_database_is_refused_though_its_sum_agrees(
    made: Backup, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(made.path / "library.db")) as conn:
        conn.execute("update rating set value = 5")
        conn.commit()
    facts = {**made.manifest.files, "library.db": folder.facts_of(made.path / "library.db")}
    manifest = made.manifest.model_copy(update={"files": facts})
    folder.write_json(made.path / "manifest.json", manifest.model_dump(mode="json"))
    with pytest.raises(InvalidInputError, match="does not hold what its export says"):
        restore.restore(folder.read(made.path), tmp_path / "library.db")
    assert not list(tmp_path.glob("library.db*"))


async def test_a_backup_of_a_newer_program_is_refused(made: Backup, tmp_path: Path) -> None:
    manifest = made.manifest.model_copy(update={"schema_version": 99})
    with pytest.raises(InvalidInputError, match="Update this one first"):
        restore.restore(Backup(made.path, manifest), tmp_path / "library.db")


@pytest.mark.parametrize("text", ["", "{}", "not json"])
async def test_what_is_no_backup_is_refused(made: Backup, text: str) -> None:
    (made.path / "manifest.json").write_text(text)
    with pytest.raises(InvalidInputError, match=r"manifest\.json is damaged"):
        folder.read(made.path)
    with pytest.raises(InvalidInputError, match="is not a backup"):
        folder.read(made.path.parent)


async def test_a_restore_keeps_the_previous_database(given: Services, tmp_path: Path) -> None:
    made = await given.admin.backup_scheduler.make()
    await given.store.write(curation.rate, HOUSEHOLD, 1, None)
    changed = await exported(given.store)
    database = tmp_path / "copy.db"
    await given.store.read(lambda conn: conn.execute("select 1"))
    shutil.copyfile(given.store.path, database)
    shutil.copyfile(f"{given.store.path}-wal", f"{database}-wal")  # as after a kill
    previous = restore.restore(made, database)
    assert previous is not None
    for path, wanted in ((database, None), (previous, changed)):
        store = Store(path)
        await store.open()
        found = await exported(store)
        await store.close()
        assert found == wanted if wanted else found != changed


async def test_older_backups_go_and_a_failed_one_leaves_nothing(
    given: Services, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    names = [create.make(given.store.database, backups, kept=2).name for _ in range(4)]
    assert [backup.name for backup in folder.listed(backups)] == names[:1:-1]
    assert len(list(backups.iterdir())) == 2
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError, match="could not be written"):
        create.make(given.store.database, tmp_path / "file", kept=2)


class Clock(datetime):
    """Today, and after `years` that somebody set."""

    years = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        real = super().now(tz)
        return real.replace(year=real.year + cls.years, day=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(Clock, "years", 0)
    for module in (create, scheduler):
        monkeypatch.setattr(module, "datetime", Clock)
    return Clock


async def test_the_backup_just_made_stays_whatever_the_clock_says(
    given: Services, tmp_path: Path, clock: type[Clock]
) -> None:
    backups = tmp_path / "backups"
    names: list[str] = []
    for years in (10, 0, -10, 82, -50, 0, 0):
        clock.years = years
        names.append(create.make(given.store.database, backups, kept=3).name)
        assert [backup.name for backup in folder.listed(backups)] == names[:-4:-1]


async def test_backups_go_on_after_a_wrong_clock(
    start_services: StartServices, clock: type[Clock]
) -> None:
    services = await start_services(live=False, backup_interval_h=1)
    await fill(services.store, 1)
    assert await services.admin.backup_scheduler.is_due()
    stars = itertools.cycle((1, 2))
    for years in (10, 0, -10, 0):
        clock.years = years
        await asyncio.to_thread(
            create.make, services.store.database, services.admin.backup_scheduler.folder, 3
        )
        assert not await services.admin.backup_scheduler.is_due()  # nothing has changed
        await services.store.write(curation.rate, HOUSEHOLD, 1, next(stars))
        assert not await services.admin.backup_scheduler.is_due()  # an hour has not passed
        for other in (years - 1, years + 1):
            clock.years = other
            assert await services.admin.backup_scheduler.is_due(), "the clock jumped"


def test_backups_of_older_programs_are_older(tmp_path: Path) -> None:
    for name, known in (("a", {"event": 4}), ("b", {"event": 2, "sequence": 1}), ("c", {})):
        (tmp_path / name).mkdir()
        manifest = {"made_at": "2026-01-01T00:00:00Z", "program": "1.0.0", "schema_version": 1}
        whole = {**manifest, "event": 3, "videos": 1, "files": {}, **known}
        folder.write_json(tmp_path / name / "manifest.json", whole)
    assert [backup.name for backup in folder.listed(tmp_path)] == ["b", "a", "c"]


async def test_what_killed_backups_left_is_removed_and_a_running_one_stays(
    given: Services, start_services: StartServices
) -> None:
    backups = given.admin.backup_scheduler.folder
    dies = (
        "import os, signal, sys; from pathlib import Path; from lvs.backups import create\n"
        "with create.temporary_folder(Path(sys.argv[1])) as home:\n"
        "    (home / 'library.db').write_bytes(b'half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    backups.mkdir()
    command = [sys.executable, "-c", dies, str(backups)]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=HOME, check=False)
    assert killed.returncode == -signal.SIGKILL
    (backups / ".making-of-an-older-program").mkdir()
    assert len(list(backups.glob(".making-*"))) == 3
    with create.temporary_folder(backups) as running:
        starting = asyncio.create_task(given.admin.backup_scheduler.run())
        await eventually(lambda: len(list(backups.glob(".making-*"))) == 2)
        assert running.is_dir()
        starting.cancel()
    assert not list(backups.iterdir())


async def test_a_backup_whose_process_is_killed_is_logged_and_retried(
    start_services: StartServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = await start_services(live=False, backup_interval_h=1)
    await fill(services.store, 1)
    for name in ("FIRST_AFTER_S", "AGAIN_AFTER_S", "CHECK_EVERY_S"):
        monkeypatch.setattr(f"lvs.backups.scheduler.{name}", 0.01)
    with monkeypatch.context() as patched:
        patched.setattr(scheduler, "JOB", "tests.helpers.faulty_jobs:crash")
        running = asyncio.create_task(services.admin.backup_scheduler.run())
        await eventually(lambda: "could not be made" in services.admin.backup_scheduler.problem)
    await eventually(services.admin.backup_scheduler.listed)
    await eventually(lambda: not services.admin.backup_scheduler.problem)
    running.cancel()


def test_a_full_disk_is_reported_and_leaves_no_partial_backup(tmp_path: Path) -> None:
    """As a limit of the process: none of its files may grow beyond 100 kB."""
    script = (
        "import sys; from pathlib import Path; from lvs.backups.create import make;"
        "from lvs.errors import UnavailableError; import sqlite3, resource, signal;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));\n"
        "try: make(Path(sys.argv[1]), Path(sys.argv[2]), 3)\n"
        "except UnavailableError as error: print(error.detail)"
    )
    database = tmp_path / "library.db"

    async def build() -> None:
        store = Store(database)
        await store.open()
        await store.close()

    asyncio.run(build())
    command = [sys.executable, "-c", script, str(database), str(tmp_path / "backups")]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=HOME, check=True)
    assert "backup" in ended.stdout or "backed up" in ended.stdout, ended
    assert list((tmp_path / "backups").iterdir()) == []


@both_engines
async def test_backups_are_made_when_due_and_something_changed(
    start_services: StartServices,
) -> None:
    services = await start_services(live=False, backup_interval_h=1)
    await fill(services.store, 1)
    assert await services.admin.backup_scheduler.is_due()
    made = await services.admin.backup_scheduler.make()
    assert not await services.admin.backup_scheduler.is_due()
    await services.store.write(curation.rate, HOUSEHOLD, 1, 4)
    assert not await services.admin.backup_scheduler.is_due()  # an hour has not passed
    older = made.manifest.model_copy(
        update={"made_at": made.manifest.made_at.replace(year=made.manifest.made_at.year - 1)}
    )
    folder.write_json(made.path / "manifest.json", older.model_dump(mode="json"))
    assert await services.admin.backup_scheduler.is_due()


@both_engines
async def test_the_admin_page_makes_one(server: LocalServer, engine: str) -> None:
    await fill(server.services.store, 3)
    page = (await server.get("/admin/maintenance")).text
    assert "No backups yet" in page
    assert {"sqlite": "SQLite: ", "postgres": "PostgreSQL: lvs_test_"}[engine] in page
    answer = await post(server, "/admin/backup")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    (made,) = await server.services.admin.backup_scheduler.listed()
    assert made.name in (await server.get("/admin/maintenance")).text
    fragment = await post(server, "/admin/backup", htmx=True)
    assert "Backed up 3 videos" in fragment.text
    assert fragment.headers["hx-retarget"] == "#notices"
    assert len(await server.services.admin.backup_scheduler.listed()) == 2


@both_engines
def test_backup_wipe_restore_by_commands(
    videos: Path, tmp_path: Path, database_url: str, postgres: Databases
) -> None:
    data = tmp_path / "data"

    async def build() -> None:
        store = Store(database_url or data / "library.db")
        await store.open()
        await store.write(roots.configure, {"videos": str(videos)})
        await fill(store, 40)
        await store.write(give)
        await store.write(lambda tx: counts.correct(tx.connection))  # averages without ratings
        await store.close()

    asyncio.run(build())
    settings = {"LVS_WATCH": "off", "LVS_DATABASE_URL": database_url}
    with Process(videos, data, settings) as server:
        run = Process(videos, data, settings, ("-m", "lvs", "backup")).start(wait=False)
        assert run.wait() == 0, run.output
        assert "Backed up 40 videos" in " ".join(run.output)
        (made,) = folder.listed(data / "backups")
        before = server.get("/api/videos?limit=200&sort=title").body
        server.stop(signal.SIGKILL)
    for path in data.glob("library.db*"):
        path.unlink()
    with contextlib.ExitStack() as stack:
        if database_url:
            settings["LVS_DATABASE_URL"] = stack.enter_context(postgres.new())
        run = Process(videos, data, settings, ("-m", "lvs", "restore", made.name)).start(wait=False)
        assert run.wait() == 0, run.output
        assert ("PostgreSQL: " if database_url else "SQLite: ") in " ".join(run.output)
        with Process(videos, data, settings) as server:
            assert server.get("/api/videos?limit=200&sort=title").body == before

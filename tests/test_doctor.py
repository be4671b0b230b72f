"""What `lvs doctor` finds on machines that this one is not, and what it advises."""

from __future__ import annotations

import shutil
import socket
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from lvs.cli import doctor
from lvs.cli.doctor import Finding
from lvs.cli.main import main
from lvs.config import ServerConfig
from lvs.services import Services

Partition = namedtuple("Partition", "mountpoint fstype")


def finding(config: ServerConfig, what: str) -> Finding:
    """The only one of a check, by the beginning of its name."""
    (found,) = [one for one in doctor.examine(config) if one.what.strip().startswith(what)]
    return found


@pytest.fixture
def config(config: ServerConfig) -> ServerConfig:
    return config.model_copy(update={"host": "127.0.0.1", "https": False})


def on_network(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    mounts = [Partition("/", "ext4"), Partition(str(folder), "nfs4")]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounts)


def test_a_good_machine_has_nothing_to_advise(config: ServerConfig, videos: Path) -> None:
    (videos / "a.mp4").write_bytes(b"a")
    (videos / "notes.txt").write_bytes(b"a")
    assert [one for one in doctor.examine(config) if not one.good] == []
    assert finding(config, "Video folder").found == "1 file"
    assert finding(config, "Database").found.startswith("not created yet")


def test_a_network_mount_is_polled(
    config: ServerConfig, videos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_network(monkeypatch, videos)
    auto = finding(config.model_copy(update={"watch": "auto"}), "file notifications")
    assert auto.good
    assert auto.found.startswith("a network mount, polled every")
    native = finding(config.model_copy(update={"watch": "native"}), "file notifications")
    assert not native.good
    assert "LVS_WATCH=auto" in native.advice


@pytest.mark.parametrize("watch", ["polling", "off"])
def test_a_watch_that_was_set_is_reported(config: ServerConfig, watch: str) -> None:
    found = finding(config.model_copy(update={"watch": watch}), "file notifications")
    assert (found.good, found.found) == (True, f"{watch} (LVS_WATCH)")


def test_more_folders_than_watches_are_a_fault(
    config: ServerConfig, videos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        (videos / f"{number}").mkdir()
    read_text = Path.read_text

    def few(path: Path, *more: Any) -> str:
        return "3\n" if path.name == "max_user_watches" else read_text(path, *more)

    monkeypatch.setattr(Path, "read_text", few)
    found = finding(config, "file notifications")
    assert not found.good
    assert found.found == "5 folders, but the system allows 3 watches"
    assert "fs.inotify.max_user_watches=10" in found.advice


def test_a_data_folder_on_the_network_is_a_fault(
    config: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.data_directory.mkdir()
    on_network(monkeypatch, config.data_directory)
    found = finding(config, "file system")
    assert not found.good
    assert "local disk" in found.advice


def test_little_space_is_a_fault(config: ServerConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(config.data_directory.parent)
    little = usage._replace(free=300_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: little)
    found = finding(config, "disk space")
    assert (found.good, found.found) == (False, "300.0 MB free")
    assert "60 kB" in found.advice


def test_a_data_folder_that_is_a_file_cannot_be_written(config: ServerConfig) -> None:
    config.data_directory.write_bytes(b"")
    found = finding(config, "Data folder")
    assert not found.good
    assert found.found.startswith("not writable")


def test_a_port_in_use_names_its_setting(config: ServerConfig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = finding(config.model_copy(update={"port": port}), f"Port {port}")
    assert not found.good
    assert "LVS_PORT" in found.advice


def test_a_long_path_stays_on_one_line(config: ServerConfig, tmp_path: Path) -> None:
    """So that it can be copied, and searched for."""
    folder = tmp_path / ("a long name " * 15).strip()
    folder.mkdir()
    settings = {"LVS_VIDEO_DIRECTORY": str(folder), "LVS_DATA_DIRECTORY": str(tmp_path / "data")}
    result = CliRunner().invoke(main, ["doctor"], env={**settings, "LVS_PORT": "0"})
    assert f"ok  Video folder {folder}: 0 files" in result.output.splitlines()


def test_codecs_that_are_missing_are_named(
    config: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def codec(name: str, _: str) -> None:
        if name in ("hevc", "av1"):
            raise ValueError(name)

    monkeypatch.setattr("av.Codec", codec)
    found = finding(config, "Codecs")
    assert not found.good
    assert found.found.endswith("cannot decode hevc, av1")
    assert "force-reinstall" in found.advice


@pytest.mark.engines("sqlite", "postgres")
async def test_the_database_and_its_backups_are_named(
    services: Services, config: ServerConfig, engine: str
) -> None:
    assert finding(config, "Backups").found.startswith("none yet in ")
    await services.admin.backup_scheduler.make()
    database = finding(config, "Database")
    assert database.good
    wanted = {"sqlite": f"SQLite, {services.store.database}", "postgres": "PostgreSQL "}[engine]
    assert wanted in database.found
    backups = finding(config, "Backups")
    assert backups.found.startswith(f"1 in {config.data_directory / 'backups'}, the newest ")


def test_a_postgresql_server_that_is_not_there_is_said(config: ServerConfig) -> None:
    address = SecretStr("postgresql://nobody:secret@127.0.0.1:1/library")
    found = finding(config.model_copy(update={"database_url": address}), "Database")
    assert not found.good
    assert "library on 127.0.0.1 can't be reached" in found.advice
    assert "secret" not in found.advice

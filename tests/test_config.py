"""Settings: sources in order, bad values refused in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lvs.config import PREFIX, RENAMED, ServerConfig, load_config
from lvs.errors import StartError


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    config = load_config()
    assert config.video_directory == (tmp_path / "videos",)
    assert config.data_directory == tmp_path / "data"
    assert (config.host, config.port, config.watch) == ("0.0.0.0", 8080, "auto")


def test_environment_wins_over_dotenv_over_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"port": 1111, "host": "127.0.0.1", "watch": "off"})
    )
    (tmp_path / ".env").write_text("LVS_PORT=2222\nLVS_HOST=127.0.0.2\n")
    monkeypatch.setenv("LVS_PORT", "3333")
    config = load_config()
    assert (config.port, config.host, config.watch) == (3333, "127.0.0.2", "off")


def test_several_folders_are_joined_by_the_path_separator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LVS_VIDEO_DIRECTORY", os.pathsep.join([str(tmp_path / "a"), "b"]))
    assert load_config().video_directory == (tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LVS_PORT", "99999", "LVS_PORT is '99999'"),
        ("LVS_PORT", "eighty", "LVS_PORT is 'eighty'"),
        ("LVS_WATCH", "sometimes", "'auto', 'native', 'polling' or 'off'"),
        ("LVS_VIDEO_DIRECTORY", "", "LVS_VIDEO_DIRECTORY"),
        ("LVS_DATA_DIRECTORY", "videos/data", "inside the video folder"),
        ("LVS_VIDEO_DIRECTORY", os.pathsep.join(["a", "a/b"]), "one inside the other"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartError) as refused:
        load_config()
    assert says in refused.value.detail
    assert "\n" not in refused.value.detail


def test_an_unknown_key_in_the_file_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"prot": 1}')
    with pytest.raises(StartError, match=r"'prot'.*port"):
        load_config()


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{port: 1}")
    with pytest.raises(StartError, match=r"config\.json"):
        load_config()


OLD_NAMES = {
    "announce": ("false", False),
    "backup_every_h": ("1.5", 1.5),
    "backups_kept": ("3", 3),
    "events_kept": ("500", 500),
}


@pytest.mark.parametrize("old", list(RENAMED))
@pytest.mark.parametrize("source", ["environment", ".env", "config.json"])
def test_an_old_name_is_accepted_and_the_new_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, old: str
) -> None:
    text, value = OLD_NAMES[old]
    if source == "environment":
        monkeypatch.setenv(f"{PREFIX}{old.upper()}", text)
    elif source == ".env":
        (tmp_path / ".env").write_text(f"{PREFIX}{old.upper()}={text}\n")
    else:
        (tmp_path / "config.json").write_text(json.dumps({old: value}))
    config = load_config()
    assert getattr(config, RENAMED[old]) == value
    (note,) = config.renamed_settings
    assert f"{PREFIX}{old.upper()} is now {PREFIX}{RENAMED[old].upper()}" in note


def test_a_new_name_wins_over_an_old_one_wherever_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LVS_BACKUPS_KEPT", "1")
    monkeypatch.setenv("LVS_EVENTS_KEPT", "101")
    (tmp_path / ".env").write_text("LVS_EVENT_RETENTION=200\nLVS_BACKUPS_KEPT=2\n")
    (tmp_path / "config.json").write_text('{"backup_retention": 30, "backups_kept": 3}')
    config = load_config()
    assert (config.backup_retention, config.event_retention) == (30, 200)
    assert len(config.renamed_settings) == 2


def test_old_names_keep_the_order_of_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"backups_kept": 3}')
    assert load_config().backup_retention == 3
    (tmp_path / ".env").write_text("LVS_BACKUPS_KEPT=2\n")
    assert load_config().backup_retention == 2
    monkeypatch.setenv("LVS_BACKUPS_KEPT", "1")
    assert load_config().backup_retention == 1


def test_a_bad_value_under_an_old_name_is_refused_by_its_new_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LVS_BACKUPS_KEPT", "none")
    with pytest.raises(StartError, match="LVS_BACKUP_RETENTION is 'none'"):
        load_config()


def test_no_name_is_both_old_and_new() -> None:
    assert load_config().renamed_settings == []
    assert not RENAMED.keys() & ServerConfig.model_fields.keys()
    assert set(RENAMED.values()) <= ServerConfig.model_fields.keys()

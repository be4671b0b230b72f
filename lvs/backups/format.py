"""A backup on disk: a folder with a snapshot, portable JSON files, and a manifest of them all."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ValidationError

from lvs.errors import InvalidInputError

DATABASE = "library.db"
EXPORT = "export.json"
MANIFEST = "manifest.json"
PORTABLE = ("ratings", "views", "tags", "favorites")
_NAME = "%Y-%m-%dT%H-%M-%SZ"


class FileFacts(BaseModel):
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. `event` is the newest that it knows, `schema_version` that of
    its database. `sequence` counts the backups of a folder: clocks jump, so `made_at` does not
    say which one was made last. It is 0 in those of programs before it."""

    made_at: AwareDatetime
    sequence: int = 0
    program: str
    schema_version: int
    event: int
    videos: int
    files: dict[str, FileFacts]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in its folder. Its manifest was read; its files were not checked."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def bytes(self) -> int:
        return sum(facts.bytes for facts in self.manifest.files.values())


def name_of(made_at: datetime) -> str:
    return made_at.astimezone(UTC).strftime(_NAME)


def listed(folder: Path) -> list[Backup]:
    """The backups of a folder, the one made last first; what is no backup is left alone."""
    found = []
    if folder.is_dir():
        for path in folder.iterdir():
            try:
                found.append(read(path))
            except InvalidInputError:
                continue
    return sorted(found, key=_order, reverse=True)


def _order(backup: Backup) -> tuple[int, int, datetime, str]:
    manifest = backup.manifest
    return manifest.sequence, manifest.event, manifest.made_at, backup.name


def read(path: Path) -> Backup:
    """A backup by its folder. Raises InvalidInputError when it is none."""
    try:
        text = (path / MANIFEST).read_bytes()
        return Backup(path, Manifest.model_validate_json(text))
    except OSError as error:
        raise InvalidInputError(
            f"{path} is not a backup: its {MANIFEST} cannot be read ({error.strerror})."
        ) from error
    except ValidationError as error:
        raise InvalidInputError(f"{path} is incomplete: its {MANIFEST} is damaged.") from error


def check(backup: Backup) -> None:
    """Compare each file with the manifest.

    Raises InvalidInputError that names the file and what is wrong with it.
    """
    lacking = {DATABASE, EXPORT} - backup.manifest.files.keys()
    if lacking:
        raise InvalidInputError(f"The manifest of {backup.path} does not list {lacking.pop()}.")
    for name, facts in backup.manifest.files.items():
        path = backup.path / name
        if Path(name).name != name or not path.is_file():
            raise InvalidInputError(f"The file {name} is missing in the backup {backup.path}.")
        size = path.stat().st_size
        if size != facts.bytes:
            raise InvalidInputError(
                f"{path} has {size:,} bytes and not {facts.bytes:,}: it was cut off or changed."
            )
        if facts_of(path) != facts:
            raise InvalidInputError(f"{path} is damaged: its content was changed.")


def facts_of(path: Path) -> FileFacts:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileFacts(bytes=file.tell(), sha256=digest.hexdigest())


def write_json(path: Path, value: Any) -> None:
    """Write and bring to the disk. Raises OSError."""
    text = json.dumps(value, indent=1, sort_keys=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        sync(file.fileno())


def sync(descriptor: int) -> None:
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

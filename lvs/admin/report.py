"""A report of problems in the library: failed, missing and duplicate files."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lvs import formatting, paths
from lvs.folders import Folders
from lvs.logs import LoggedError
from lvs.store import Connection, cleanup, files, items
from lvs.store.cleanup import PurgeCandidate
from lvs.urls import watch_url
from lvs.viewer import EVERYTHING

SHOWN = 100
DAY_MS = 24 * 3600 * 1000
LONG_DAYS = 90


@dataclass(frozen=True, slots=True)
class FailedFile:
    id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissingVideo:
    """`url` is its page. `gifts` describes its user data in words."""

    title: str
    url: str
    since: str
    user_data: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    when: str
    message: str
    cause: str
    request: str


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """`missing` are the newest of `missing_count`; a clean-up removes `removable`, which have been
    missing for more than `days`."""

    failed: tuple[FailedFile, ...]
    missing: tuple[MissingVideo, ...]
    missing_count: int
    removable: int
    days: int
    duplicates: tuple[tuple[str, ...], ...]


def maintenance_report(conn: Connection, folders: Folders) -> MaintenanceReport:
    """The failed, missing and duplicate files of the library."""
    missing = cleanup.newest_missing(conn, SHOWN)
    missing_count, removable = cleanup.count_missing(conn, missing_cutoff())
    cards = items.cards(conn, EVERYTHING, [video.id for video in missing])
    return MaintenanceReport(
        failed=tuple(
            FailedFile(video.item_id, _name(folders, video.root_id, video.path), video.reason)
            for video in items.failed(conn, SHOWN)
        ),
        missing=tuple(
            MissingVideo(
                video.title,
                watch_url(folders, cards[video.id]),
                formatting.since(video.missing_since),
                user_data_summary(video),
            )
            for video in missing
        ),
        missing_count=missing_count,
        removable=removable,
        days=LONG_DAYS,
        duplicates=tuple(
            tuple(_name(folders, known.root_id, known.path) for known in same)
            for same in files.duplicates(conn, SHOWN)
        ),
    )


def error_rows(errors: Iterable[LoggedError]) -> tuple[ErrorRow, ...]:
    return tuple(
        ErrorRow(_when(error.at), error.message, error.cause, error.request) for error in errors
    )


def missing_cutoff(days: int = LONG_DAYS) -> int:
    """The time (ms): a file that went missing before it has been missing for long."""
    return time.time_ns() // 1_000_000 - days * DAY_MS


def user_data_summary(video: PurgeCandidate) -> str:
    """The user data that is deleted with a video, in words."""
    user_data = [
        formatting.plural(count, what)
        for count, what in (
            (video.ratings, "rating"),
            (video.favorites, "favorite"),
            (video.tags, "tag"),
            (video.views, "view"),
        )
        if count
    ]
    return ", ".join(user_data) or "no ratings or tags"


def _name(folders: Folders, root_id: int, path: str) -> str:
    return paths.to_words(folders.filename(root_id, path))


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"

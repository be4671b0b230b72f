"""The status page of the dashboard: what needs attention, how the library is, what plays."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import humanize

from lvs import formatting, paths
from lvs.activity import Activity
from lvs.admin.backups import Backups
from lvs.admin.figures import Tile, spark
from lvs.admin.maintenance import Maintenance, MaintenanceView
from lvs.admin.monitor import Monitor, Sample
from lvs.contexts.status import Status, status_context
from lvs.folders import Folders
from lvs.kinds import MAIN
from lvs.library.ingest_timing import IngestTiming
from lvs.models import Card
from lvs.store import Connection, gallery, items, playback
from lvs.store.list_plan import ListSpec
from lvs.urls import watch_url
from lvs.viewer import Viewer

PLAYING_WITHIN_MS = 30_000  # players save their position every 10 s
PLAYING_SHOWN = 8
NEWEST_SHOWN = 8
RECENT_ERRORS_S = 3600
TO_MAINTENANCE = "/admin/maintenance"
TO_ERRORS = "/admin/performance#maintenance-errors"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that wants a person: what, why, and a link to what one can do. `confirm_folder` is
    the id of a folder that may be meant to be empty."""

    id: str
    text: str
    detail: str
    url: str
    link: str
    confirm_folder: int = 0


@dataclass(frozen=True, slots=True)
class Playing:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """`tiles` are the four large ones, `activity` the small ones; `newest` the newest files, with
    how long each took to appear."""

    tiles: tuple[Tile, ...]
    attention: tuple[Attention, ...]
    playing: tuple[Playing, ...]
    activity: tuple[Tile, ...]
    newest: tuple[tuple[str, str], ...]
    work: Status


def status_view(
    monitor: Monitor,
    folders: Folders,
    viewer: Viewer,
    maintenance: MaintenanceView,
    library: tuple[int, tuple[Playing, ...]],
    dashboards: int,
) -> StatusView:
    """All of the page; `library` is what `read_library` returns."""
    videos, playing = library
    work = status_context(monitor.sources.status, folders, viewer.audience)
    attention = tuple(_attention(monitor.sources.status, work, maintenance))
    return StatusView(
        tiles=(
            _attention_tile(attention),
            _library_tile(monitor, videos),
            _playing_tile(monitor, playing),
            _backup_tile(maintenance.backups),
        ),
        attention=attention,
        playing=playing,
        activity=_activity(monitor, dashboards),
        newest=_newest(list(monitor.sources.ingest_timings.done)),
        work=work,
    )


def read_library(
    conn: Connection, viewer: Viewer, folders: Folders, now_ms: int
) -> tuple[int, tuple[Playing, ...]]:
    """(number of videos, what the viewer plays now)."""
    ids = playback.played_since(conn, viewer, now_ms - PLAYING_WITHIN_MS, PLAYING_SHOWN)
    cards = items.cards(conn, viewer.audience, ids)
    count = gallery.count(conn, ListSpec(viewer, kind=MAIN.id))
    return count, tuple(_playing(folders, cards[id_]) for id_ in ids if id_ in cards)


def _playing(folders: Folders, card: Card) -> Playing:
    return Playing(card.title, watch_url(folders, card))


# --- what needs attention ---


def _attention(
    activity: Activity, work: Status, maintenance: MaintenanceView
) -> Iterator[Attention]:
    """The most urgent first."""
    if activity.lost_database:
        yield Attention(
            "database", "Changes can't be saved", activity.lost_database, TO_ERRORS, "See errors"
        )
    if activity.full_disk:
        yield Attention(
            "disk",
            "The disk is nearly full",
            activity.full_disk,
            f"{TO_MAINTENANCE}#maintenance-duplicates",
            "See duplicate files",
        )
    for folder in work.offline:
        yield Attention(
            f"folder-{folder.root_id}",
            f"Can't read {folder.path}" if folder.is_refused else f"{folder.path} is offline",
            f"{folder.reason} Nothing is lost.",
            "/settings#settings-folders",
            "See folders",
            folder.root_id if folder.seems_empty else 0,
        )
    for number, (path, reason) in enumerate(work.problems):
        scan = f"{TO_MAINTENANCE}#maintenance-thumbnails"
        yield Attention(f"problem-{number}", f"Can't read {path}", reason, scan, "Scan again")
    if maintenance.backups.problem:
        yield Attention(
            "backup",
            "The last backup failed",
            maintenance.backups.problem,
            f"{TO_MAINTENANCE}#maintenance-backups",
            "Back up now",
        )
    if failed := len(maintenance.library.failed):
        yield Attention(
            "failed",
            f"{formatting.plural(failed, 'file')} can't be played",
            "Each is listed with the reason.",
            f"{TO_MAINTENANCE}#maintenance-failed",
            "See failed files",
        )
    if recent := [
        error for error in maintenance.logged if error.at > time.time() - RECENT_ERRORS_S
    ]:
        yield Attention(
            "errors",
            f"{formatting.plural(len(recent), 'error')} in the last hour",
            recent[0].message,
            TO_ERRORS,
            "See errors",
        )


def _attention_tile(attention: Sequence[Attention]) -> Tile:
    if not attention:
        return Tile("tile-attention", "Needs attention", "Nothing", "good", "All is well", "", None)
    count = formatting.number(len(attention))
    return Tile(
        "tile-attention",
        "Needs attention",
        count,
        "warning",
        attention[0].link,
        attention[0].text,
        None,
        attention[0].url,
    )


# --- the other large tiles ---


def _library_tile(monitor: Monitor, videos: int) -> Tile:
    free = [disk for disk in monitor.now.disks[1:] if disk.total_bytes]
    detail = ", ".join(f"{formatting.size(disk.free_bytes)} free on {disk.path}" for disk in free)
    return Tile(
        "tile-library",
        "Library",
        formatting.plural(videos, MAIN.words.one),
        "",
        "Browse",
        detail,
        None,
        "/all",
    )


def _playing_tile(monitor: Monitor, playing: Sequence[Playing]) -> Tile:
    """Titles by players that say what they play; streams by all, televisions included."""
    open_streams = monitor.sources.reader.open
    sent = formatting.size(round(monitor.now.streams.sent_bytes))
    titles = ", ".join(one.title for one in playing)
    streams = f"{formatting.plural(open_streams, 'stream')}, {sent}/s"
    value = formatting.number(len(playing)) if playing else "Nothing"
    line = spark([sample.streams.sent_bytes for sample in monitor.seconds])
    return Tile("tile-playing", "Playing now", value, "", "", titles or streams, line)


def _backup_tile(backups: Backups) -> Tile:
    link = f"{TO_MAINTENANCE}#maintenance-backups"
    value, level, word = "None yet", "", "Back up now"
    if backups.rows:
        age = datetime.now(UTC) - datetime.fromisoformat(backups.rows[0].made_at)
        value = humanize.naturaltime(age) if age.total_seconds() >= 60 else "Just now"
        level, word = "good", "See backups"
    if backups.problem:
        level, word = "warning", "Failed: retry"
    return Tile("tile-backup", "Last backup", value, level, word, backups.schedule, None, link)


# --- activity ---


def _activity(monitor: Monitor, dashboards: int) -> tuple[Tile, ...]:
    hub, status = monitor.sources.hub, monitor.sources.status

    def sent(sample: Sample) -> float:
        return sample.streams.sent_bytes

    waiting = status.thumbnails_waiting
    return (
        Tile(
            "tile-pages",
            "Open pages",
            formatting.number(hub.streams + dashboards),
            "",
            "",
            "",
            None,
        ),
        Tile(
            "tile-videos",
            "Files streaming",
            formatting.number(monitor.sources.reader.open),
            "",
            "",
            f"{formatting.size(round(monitor.now.streams.sent_bytes))}/s",
            spark([sent(sample) for sample in monitor.seconds]),
        ),
        Tile(
            "tile-scan",
            "Scan",
            "Running" if status.scan.running else "Idle",
            "",
            "",
            f"{formatting.number(status.scan.total)} files",
            None,
        ),
        Tile(
            "tile-waiting",
            "Thumbnails queued",
            formatting.number(waiting),
            "",
            "",
            f"{status.thumbnails_busy} with workers",
            None,
        ),
    )


def _newest(done: Sequence[IngestTiming]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (paths.to_words(timing.path), f"{timing.whole:.1f} s")
        for timing in done[-NEWEST_SHOWN:][::-1]
    )


class Overview:
    """Reads what the status page shows."""

    def __init__(self, monitor: Monitor, maintenance: Maintenance, viewer: Viewer) -> None:
        self.maintenance = maintenance
        self._monitor = monitor
        self._viewer = viewer
        self._last: MaintenanceView | None = None

    async def view(self, dashboards: int, *, fresh: bool = True) -> StatusView:
        """The page now. Without `fresh`, failed files and backups are those of the last time."""
        if fresh or self._last is None:
            self._last = await self.maintenance.view()
        folders = self.maintenance.folders
        library = await self.maintenance.store.read(
            read_library, self._viewer, folders, time.time_ns() // 1_000_000
        )
        return status_view(self._monitor, folders, self._viewer, self._last, library, dashboards)

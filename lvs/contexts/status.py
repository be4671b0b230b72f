"""The status bar of the library's work, and the cards of files that are being copied."""

from __future__ import annotations

from dataclasses import dataclass

from lvs import formatting, paths
from lvs.activity import Activity
from lvs.folders import Folders
from lvs.listing.query import GalleryQuery
from lvs.progress import Progress
from lvs.system.account import account_name
from lvs.viewer import Audience

ARRIVALS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Task:
    """A running piece of work: what, how far, how fast, how long."""

    name: str
    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Arriving:
    key: str
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class OfflineFolder:
    root_id: int
    path: str
    since: str
    seems_empty: bool
    is_refused: bool

    @property
    def reason(self) -> str:
        """Why, with what to do."""
        if self.is_refused:
            return f"Not readable {self.since}. Let the account {account_name()} read the folder."
        if self.seems_empty:
            return f"The folder is empty {self.since}. Is its disk mounted?"
        return f"Offline {self.since}. Is its disk plugged in, or its share mounted?"


@dataclass(frozen=True, slots=True)
class Status:
    tasks: tuple[Task, ...]
    arriving: tuple[Arriving, ...]
    more_arriving: int
    offline: tuple[OfflineFolder, ...]
    full_disk: str
    lost_database: str
    problems: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]


def status_context(
    activity: Activity, folders: Folders, audience: Audience, query: GalleryQuery | None = None
) -> Status:
    """The state of the part of the library that an audience sees; arrivals of the query's folder
    alone, when it has one."""
    tasks = [
        _task("Scanning folders", activity.scan),
        _task("Creating thumbnails", activity.thumbnails),
        _task("Updating videos", activity.changes),
    ]
    prefix = f"{query.folder}/" if query and query.folder else ""
    arrivals = [
        (f"{a.root_id}-{a.since}", folders.filename(a.root_id, a.path), a.size)
        for a in activity.arrivals
        if audience.sees_folder(a.root_id)
    ]
    arriving = [
        Arriving(key, paths.to_words(name.rpartition("/")[2]), formatting.size(size))
        for key, name, size in arrivals
        if name.startswith(prefix)
    ]
    return Status(
        tasks=tuple(task for task in tasks if task is not None),
        arriving=tuple(arriving[:ARRIVALS_SHOWN]),
        more_arriving=max(len(arriving) - ARRIVALS_SHOWN, 0),
        offline=tuple(
            OfflineFolder(
                root.id,
                paths.to_words(root.path),
                formatting.since(root.offline_since or 0),
                root.seems_empty,
                root.is_refused,
            )
            for root in folders.offline()
            if audience.sees_folder(root.id)
        ),
        full_disk=activity.full_disk,
        lost_database=activity.lost_database,
        problems=tuple(sorted(activity.problems.items())) if audience.sees_everything else (),
        folders=tuple(
            paths.to_words(root.path)
            for root in folders.roots.values()
            if audience.sees_folder(root.id)
        ),
    )


def _task(name: str, progress: Progress) -> Task | None:
    if not progress.running:
        return None
    said = [f"{formatting.number(progress.done)} of {formatting.number(progress.total)}"]
    if progress.rate >= 1:
        said.append(f"{formatting.number(round(progress.rate))} per second")
    if progress.left_s is not None and progress.total > progress.done:
        said.append(formatting.seconds_left(progress.left_s))
    return Task(name, progress.done, progress.total, " · ".join(said))

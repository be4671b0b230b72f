"""The strip that tells what the library is doing, and the tiles of what is arriving."""

from __future__ import annotations

from dataclasses import dataclass

from lvs import paths
from lvs.contexts import words
from lvs.contexts.query import GalleryQuery
from lvs.library.library import Library
from lvs.progress import Progress

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
class AwayFolder:
    root_id: int
    path: str
    since: str
    looks_empty: bool


@dataclass(frozen=True, slots=True)
class Status:
    tasks: tuple[Task, ...]
    arriving: tuple[Arriving, ...]
    more_arriving: int
    away: tuple[AwayFolder, ...]
    full_disk: str
    lost_database: str
    problems: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]


def status_context(library: Library, query: GalleryQuery | None = None) -> Status:
    """The library's state; arrivals of the query's folder alone, when it has one."""
    status = library.status
    tasks = [
        _task("Scanning folders", status.scan),
        _task("Creating thumbnails", status.pictures),
        _task("Updating videos", status.changes),
    ]
    prefix = f"{query.folder}/" if query and query.folder else ""
    arrivals = [
        (f"{a.root_id}-{a.since}", library.filename(a.root_id, a.path), a.size)
        for a in status.arrivals
    ]
    arriving = [
        Arriving(key, paths.to_words(name.rpartition("/")[2]), words.size(size))
        for key, name, size in arrivals
        if name.startswith(prefix)
    ]
    return Status(
        tasks=tuple(task for task in tasks if task is not None),
        arriving=tuple(arriving[:ARRIVALS_SHOWN]),
        more_arriving=max(len(arriving) - ARRIVALS_SHOWN, 0),
        away=tuple(
            AwayFolder(
                root.id,
                paths.to_words(root.path),
                words.since(root.away_since or 0),
                root.looks_empty,
            )
            for root in library.away()
        ),
        full_disk=status.full_disk,
        lost_database=status.lost_database,
        problems=tuple(sorted(status.problems.items())),
        folders=tuple(paths.to_words(root.path) for root in library.roots.values()),
    )


def _task(name: str, progress: Progress) -> Task | None:
    if not progress.running:
        return None
    said = [f"{words.number(progress.done)} of {words.number(progress.total)}"]
    if progress.rate >= 1:
        said.append(f"{words.number(round(progress.rate))} per second")
    if progress.left_s is not None and progress.total > progress.done:
        said.append(words.seconds_left(progress.left_s))
    return Task(name, progress.done, progress.total, " · ".join(said))

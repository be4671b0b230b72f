"""What `/settings` shows to who runs the server: folders, features and their state in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from lvs import formatting, paths
from lvs.activity import Activity
from lvs.admin.backups import Backups
from lvs.config import ServerConfig
from lvs.folders import Folders
from lvs.library.library import Library
from lvs.models import Root
from lvs.network.addresses import Ports
from lvs.store import Connection, roots
from lvs.system.account import account_name
from lvs.viewer import EVERYTHING

READ_ONLY_WITHIN_S = 1.0  # a disk in standby does not hold up the page


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A library folder. `level` is "good", or "warning" when someone should do what `advice` says;
    `url` is its list."""

    name: str
    path: str
    state: str
    level: str
    advice: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Feature:
    """`level` is "good", "warning" or "" for what is off. `setting` turns it on; `link` leads to
    what one can do, by (address, name)."""

    name: str
    state: str
    level: str
    detail: str
    setting: str = ""
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    folders: tuple[FolderRow, ...]
    features: tuple[Feature, ...]


async def folder_rows(
    library: Library, count: Callable[[int], int], url: Callable[[Root], str]
) -> tuple[FolderRow, ...]:
    """The library folders in the order of the settings; `count` is the number of their items."""
    every = list(library.roots.values())
    states = await asyncio.gather(*(_folder_state(library, root) for root in every))
    return tuple(
        FolderRow(
            name=paths.to_words(root.name),
            path=paths.to_words(root.path),
            state=state,
            level=level,
            advice=advice,
            count=count(root.id),
            url=url(root),
        )
        for root, (state, level, advice) in zip(every, states, strict=True)
    )


async def _folder_state(library: Library, root: Root) -> tuple[str, str, str]:
    """(state, level, advice)."""
    if root.offline_since is not None:
        since = formatting.since(root.offline_since)
        if root.is_refused:
            advice = f"Let the account {account_name()} read the folder."
            return f"Not readable {since}", "warning", advice
        if root.seems_empty:
            return f"Empty {since}", "warning", "Is its disk mounted?"
        return f"Offline {since}", "warning", "Connect or mount its disk."
    config = library.config
    if config.watch == "off":
        return "Not watched", "", "Changes are found by a scan."
    try:
        async with asyncio.timeout(READ_ONLY_WITHIN_S):
            read_only = await library.is_read_only(root)
    except OSError:
        read_only = False
    if not library.is_watched(root):
        return "Starting to watch", "", ""
    how = "Watching for changes"
    if config.watch == "polling" or library.is_on_network(root):
        how = f"Checked every {config.poll_interval_s:g} s"
    return f"{how}, read-only" if read_only else how, "good", ""


def counts(conn: Connection, folders: Folders) -> dict[int, int]:
    """The number of items in each library folder, by its id."""
    found = {id_: roots.folder_at(conn, EVERYTHING, id_, "") for id_ in folders.roots}
    return {id_: folder.item_count if folder else 0 for id_, folder in found.items()}


def features(
    config: ServerConfig, ports: Ports, activity: Activity, backups: Backups
) -> tuple[Feature, ...]:
    """What this server can do, and whether it does."""
    return (
        _network(config),
        _https(config, ports),
        _headsets(),
        _dlna(config),
        _backups(config, backups),
        _thumbnails(config, activity),
        _database(backups.database),
    )


def _network(config: ServerConfig) -> Feature:
    if config.is_for_the_network:
        return Feature(
            "Network", "On", "good", "Every device on your network can open this server."
        )
    return Feature(
        "Network", "Off", "", "Only this machine can open this server.", "LVS_HOST=0.0.0.0"
    )


def _https(config: ServerConfig, ports: Ports) -> Feature:
    if not config.https:
        return Feature("HTTPS", "Off", "", "VR in the browser needs it.", "LVS_HTTPS=true")
    whose = (
        "the local certificate authority" if not config.https_certificate else "your certificate"
    )
    if not ports.https:
        return Feature(
            "HTTPS",
            "Not running",
            "warning",
            "The port could not be opened.",
            link=("/admin/performance#maintenance-errors", "See errors"),
        )
    return Feature(
        "HTTPS",
        f"Port {ports.https}",
        "good",
        f"With {whose}.",
        link=("/headset", "Set up a device"),
    )


def _headsets() -> Feature:
    return Feature(
        "Headsets",
        "On",
        "good",
        "In the browser, DeoVR and HereSphere.",
        link=("/headset", "Connect a headset"),
    )


def _dlna(config: ServerConfig) -> Feature:
    if config.dlna and config.is_for_the_network:
        return Feature("DLNA", "On", "good", "Televisions and players find this server.")
    return Feature("DLNA", "Off", "", "For televisions and players.", "LVS_DLNA=true")


def _backups(config: ServerConfig, backups: Backups) -> Feature:
    to_backups = "/admin/maintenance#maintenance-backups"
    if backups.problem:
        return Feature("Backups", "Failed", "warning", backups.problem, link=(to_backups, "Retry"))
    last = f"Last backup {backups.rows[0].when}." if backups.rows else "No backups yet."
    if not config.backup_interval_h:
        return Feature("Backups", "Off", "", last, "LVS_BACKUP_INTERVAL_H=24")
    return Feature("Backups", "On", "good", last, link=(to_backups, "See backups"))


def _thumbnails(config: ServerConfig, activity: Activity) -> Feature:
    workers = formatting.plural(config.worker_count, "worker")
    failed = activity.thumbnails_failed
    if failed:
        return Feature(
            "Thumbnails",
            f"{formatting.number(failed)} failed",
            "warning",
            f"By {workers}.",
            link=("/admin/maintenance#maintenance-failed", "See failed files"),
        )
    waiting = activity.thumbnails_waiting
    state = f"{formatting.number(waiting)} queued" if waiting else "Up to date"
    return Feature("Thumbnails", state, "good", f"By {workers}.")


def _database(description: str) -> Feature:
    engine, _, name = description.partition(": ")
    search = "FTS5" if engine == "SQLite" else "its full-text search"
    return Feature("Database", engine, "good", f"{name}. Search by {search}.")

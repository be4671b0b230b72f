"""Folders as tiles: a collage of thumbnails, the name and the number of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lvs import formatting, paths
from lvs.folders import Folders
from lvs.listing.query import GalleryQuery
from lvs.models import Folder
from lvs.store import Connection, folder_tiles, roots
from lvs.urls import thumbnail_at
from lvs.viewer import Audience

MAX_TILES = 60  # with thumbnails; the tiles of further folders have none


@dataclass(frozen=True, slots=True)
class FolderTile:
    """A folder for `_folder_tile.html`. `id` is its row, `url` its list, `count` its items, also
    those further down. `images` are up to four addresses of thumbnails, 320 pixels wide."""

    id: int
    name: str
    url: str
    count: int
    images: tuple[str, ...]


def top_folders(conn: Connection, audience: Audience, folders: Folders) -> list[Folder]:
    """The first level of the tree: the configured folders, or what is in the only one."""
    tops = [roots.folder_at(conn, audience, root.id, "") for root in folders.roots.values()]
    found = [replace(top, name=folders.roots[top.root_id].name) for top in tops if top]
    return roots.folders_in(conn, audience, found[0].id) if len(found) == 1 else found


def tiles(
    conn: Connection, audience: Audience, folders: Folders, shown: Sequence[Folder]
) -> tuple[FolderTile, ...]:
    """Tiles of these folders in their order, such as of `top_folders` or `roots.folders_in`: one
    statement for all thumbnails."""
    ids = [folder.id for folder in shown[:MAX_TILES]]
    images = folder_tiles.thumbnails(conn, audience, ids) if ids else {}
    return tuple(
        FolderTile(
            folder.id,
            folder.name,
            folder_url(folders, folder),
            folder.item_count,
            tuple(thumbnail_at(it.media_hash, it.key, 320) for it in images.get(folder.id, ())),
        )
        for folder in shown
    )


@dataclass(frozen=True, slots=True)
class FolderHead:
    """The head of a folder's list: a collage, how long all of it is ("" for very many items), and
    the addresses that play it from its first item, in order or shuffled."""

    images: tuple[str, ...]
    time: str
    play: str
    shuffle: str


def head(conn: Connection, audience: Audience, folder: Folder, query: GalleryQuery) -> FolderHead:
    found = folder_tiles.thumbnails(conn, audience, [folder.id]).get(folder.id, [])
    total_s = folder_tiles.total_duration_s(conn, audience, folder)
    ordered = query.with_(after="")
    return FolderHead(
        images=tuple(thumbnail_at(it.media_hash, it.key, 320) for it in found),
        time=formatting.total_time(total_s),
        play=ordered.url("/play"),
        shuffle=ordered.with_(sort="", direction="", seed=0).url("/play", sort="random"),
    )


def folder_url(folders: Folders, folder: Folder) -> str:
    return f"/all?folder={paths.to_url(folders.filename(folder.root_id, folder.path))}"

"""The library as a tree of a DLNA media server: lists, folders, tags, videos.

An id says what it stands for: `list:` with a gallery's arguments, `folder:` with a path as in an
address, `video:` with a `media_hash`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lvs import paths
from lvs.errors import InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.headsets.catalogue import builtin_lists, query_of
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import folder_of, resolve
from lvs.models import ItemDetails, Tag
from lvs.store import Connection, files, gallery, items, roots, saved_searches, tags
from lvs.viewer import Viewer

ROOT, FOLDERS, TAGS = "0", "folders", "tags"
_LIST, _FOLDER, _VIDEO = "list:", "folder:", "video:"
MOST_AT_ONCE = 200  # entries per response; the player requests the rest


@dataclass(frozen=True, slots=True)
class Container:
    id: str
    parent: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    parent: str
    details: ItemDetails


Entry = Container | Item


def entry(conn: Connection, viewer: Viewer, folders: Folders, object_id: str) -> Entry:
    """What an id stands for. Raises NotFoundError."""
    if object_id == ROOT:
        return Container(ROOT, "-1", "Local Video Server", len(_at_root(conn, viewer, folders)))
    if object_id.startswith(_VIDEO):
        item_id = items.id_of_hash(conn, viewer.audience, object_id.removeprefix(_VIDEO))
        if item_id is None:
            raise NotFoundError("Video not found in the library.")
        return Item(object_id, ROOT, items.details(conn, viewer.audience, item_id))
    found = next(
        (known for known in _at_root(conn, viewer, folders) if known.id == object_id), None
    )
    if found is not None:
        return found
    if not object_id.startswith((_LIST, _FOLDER)):
        raise NotFoundError(f"Object {object_id[:80]!r} not found.")
    parent = FOLDERS if object_id.startswith(_FOLDER) else TAGS
    name = unquote(object_id.partition(":")[2].rpartition("=")[2], errors="replace")
    total = children(conn, viewer, folders, object_id, 0, 1)[1]
    return Container(object_id, parent, name.rpartition("/")[2], total)


def children(
    conn: Connection, viewer: Viewer, folders: Folders, object_id: str, start: int, count: int
) -> tuple[list[Entry], int]:
    """Those from `start` on, `count` at most (0 for any number), and how many there are.

    Raises NotFoundError.
    """
    count = min(count or MOST_AT_ONCE, MOST_AT_ONCE)
    if object_id.startswith(_LIST):
        return _of_list(conn, viewer, folders, object_id, start, count)
    if object_id.startswith(_FOLDER):
        return _of_folder(conn, viewer, folders, object_id, start, count)
    every: Sequence[Entry]
    if object_id == ROOT:
        every = _at_root(conn, viewer, folders)
    elif object_id == FOLDERS:
        every = _top_folders(conn, viewer, folders)
    elif object_id == TAGS:
        every = [_tag(tag) for tag in tags.by_name(conn, viewer.audience)]
    else:
        raise NotFoundError(f"Object {object_id[:80]!r} not found.")
    return list(every[start : start + count]), len(every)


def _at_root(conn: Connection, viewer: Viewer, folders: Folders) -> list[Container]:
    lists = [
        *builtin_lists(),
        *((search.name, search.query) for search in saved_searches.saved(conn, viewer)),
    ]
    found = []
    for title, query in lists:
        try:
            spec = resolve(conn, viewer, folders, query_of(query)).spec
        except (InvalidInputError, NotFoundError):  # a saved search of something that was deleted
            continue
        found.append(Container(_LIST + query, ROOT, title, gallery.count(conn, spec)))
    found.append(Container(FOLDERS, ROOT, "Folders", len(_top_folders(conn, viewer, folders))))
    found.append(Container(TAGS, ROOT, "Tags", tags.count(conn, viewer.audience)))
    return found


def _tag(tag: Tag) -> Container:
    return Container(_LIST + GalleryQuery(tags=(tag.name,)).url("")[1:], TAGS, tag.name, tag.count)


def _of_list(
    conn: Connection, viewer: Viewer, folders: Folders, object_id: str, start: int, count: int
) -> tuple[list[Entry], int]:
    try:
        spec = resolve(conn, viewer, folders, query_of(object_id.removeprefix(_LIST))).spec
    except InvalidInputError as error:
        raise NotFoundError(error.detail) from None
    rows, _ = gallery.list_page(conn, spec, limit=start + count)
    return _items(conn, viewer, [row[0] for row in rows[start:]], object_id), gallery.count(
        conn, spec
    )


def _top_folders(conn: Connection, viewer: Viewer, folders: Folders) -> list[Container]:
    """The configured folders; of a single one, what is in it."""
    names = [root.name for root in folders.roots.values() if viewer.audience.sees_folder(root.id)]
    if len(folders.roots) > 1:
        return [Container(_FOLDER + paths.to_url(name), FOLDERS, name, 0) for name in names]
    root = next(iter(folders.roots.values()))
    top = roots.folder_at(conn, viewer.audience, root.id, "")
    inside = roots.folders_in(conn, viewer.audience, top.id) if top else []
    return [_container(folders, folder.root_id, folder.path, FOLDERS) for folder in inside]


def _container(folders: Folders, root_id: int, path: str, parent: str) -> Container:
    name = folders.filename(root_id, path)
    title = paths.to_words(name.rpartition("/")[2])
    return Container(_FOLDER + paths.to_url(name), parent, title, 0)


def _of_folder(
    conn: Connection, viewer: Viewer, folders: Folders, object_id: str, start: int, count: int
) -> tuple[list[Entry], int]:
    """The folders directly in one, then the videos."""
    name = paths.from_url(object_id.removeprefix(_FOLDER).encode())
    folder = folder_of(conn, viewer, folders, name)
    if folder is None:
        raise NotFoundError("Folder not found.")
    inside = roots.folders_in(conn, viewer.audience, folder.id)
    shown: list[Entry] = [
        _container(folders, one.root_id, one.path, object_id)
        for one in inside[start : start + count]
    ]
    first = max(start - len(inside), 0)
    there, total = files.videos_directly_in(
        conn, viewer.audience, folder.id, first, count - len(shown)
    )
    return [*shown, *_items(conn, viewer, there, object_id)], len(inside) + total


def _items(conn: Connection, viewer: Viewer, item_ids: Sequence[int], parent: str) -> list[Entry]:
    found = [items.details(conn, viewer.audience, item_id) for item_id in item_ids]
    return [Item(_VIDEO + details.card.media_hash, parent, details) for details in found]

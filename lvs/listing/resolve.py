"""From a request's arguments to what the store reads: its list, its folder, its video."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lvs import paths
from lvs.errors import InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.listing.query import GalleryQuery, parse_query
from lvs.listing.search_syntax import LONGEST_Q, is_unfinished, without_unfinished
from lvs.models import Folder
from lvs.store import Connection, files, gallery, items, roots, search, tags
from lvs.store.list_plan import ListSpec, has_few_hits
from lvs.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Listing:
    """A query, its folder (None is the whole library), and the list that the store reads."""

    query: GalleryQuery
    folder: Folder | None
    spec: ListSpec

    @property
    def readable(self) -> ListSpec:
        """The list without the files that could not be read, which pages show apart."""
        return replace(self.spec, failed=False)

    @property
    def failed(self) -> ListSpec:
        return replace(self.spec, failed=True)


def resolve(conn: Connection, viewer: Viewer, folders: Folders, query: GalleryQuery) -> Listing:
    """Resolved once for a request or push. Raises NotFoundError for a folder that is not there."""
    folder = folder_of(conn, viewer, folders, query.folder)
    folder_id = folder.id if folder else None
    tag_ids = tags.ids(conn, viewer.audience, query.tags)
    match = search.expression(query.q)
    few = has_few_hits(conn, match) if match else None
    spec = ListSpec(
        viewer,
        query.order,
        folder_id,
        query.seed,
        query.filters,
        tag_ids,
        match,
        query.only_kind,
        reverse=bool(query.direction),
        has_few_hits=few,
    )
    return Listing(query, folder, spec)


def folder_of(conn: Connection, viewer: Viewer, folders: Folders, name: str) -> Folder | None:
    """The folder of a query; None is the whole library."""
    if not name:
        return None
    root, path = folders.resolve(name)
    folder = roots.folder_at(conn, viewer.audience, root.id, path)
    if folder is None:
        raise NotFoundError(f"Folder {paths.to_words(name)!r} not found in the library.")
    return folder


def draft_query(
    conn: Connection, viewer: Viewer, folders: Folders, arguments: dict[str, str]
) -> tuple[GalleryQuery, bool]:
    """The list of a search that is still being typed, and whether it leaves something out: a
    qualifier that cannot be understood, or a last word that may become one and finds nothing.

    Raises InvalidInputError and NotFoundError for other arguments.
    """
    text = arguments.get("q", "")[:LONGEST_Q]
    try:
        query = parse_query(arguments)
        if not is_unfinished(text) or gallery.count(
            conn, resolve(conn, viewer, folders, query).spec
        ):
            return query, False
    except (InvalidInputError, NotFoundError):
        pass
    return parse_query(arguments | {"q": without_unfinished(text)}), True


def find_hash(conn: Connection, viewer: Viewer, folders: Folders, media_hash: str) -> int:
    """The item with a `media_hash`, there or missing. Raises NotFoundError."""
    item_id = items.id_of_hash(conn, viewer.audience, media_hash)
    if item_id is None:
        raise NotFoundError("Nothing with this address is in the library.")
    return item_id


def find(conn: Connection, viewer: Viewer, folders: Folders, filename: str) -> int:
    """The video at a filename, there or missing. Raises NotFoundError."""
    root, path = folders.resolve(filename)
    known = files.visible_at_path(conn, viewer.audience, root.id, path)
    if known is None:
        raise NotFoundError(
            f"Video {paths.to_words(filename)!r} not found in the library. It may have been "
            "renamed; search for its title."
        )
    return known.item_id

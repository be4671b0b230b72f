"""The library folders: their names in addresses, and which of them are offline."""

from __future__ import annotations

from lvs import paths
from lvs.errors import NotFoundError
from lvs.models import Root


class Folders:
    """`roots` are the configured folders by id and their state. The library updates it.

    A *filename* names a file or folder in addresses and the API: its path, after the name of its
    library folder when there are several.
    """

    def __init__(self) -> None:
        self.roots: dict[int, Root] = {}

    def filename(self, root_id: int, path: str) -> str:
        """A path as URLs and the API have it: the folder's name first when there are several."""
        if len(self.roots) == 1 or root_id not in self.roots:
            return path
        name = self.roots[root_id].name
        return f"{name}/{path}" if path else name

    def resolve(self, filename: str) -> tuple[Root, str]:
        """The root and the path in it of a `filename`. Raises NotFoundError."""
        if len(self.roots) == 1:
            return next(iter(self.roots.values())), filename
        name, _, path = filename.partition("/")
        for root in self.roots.values():
            if root.name == name:
                return root, path
        raise NotFoundError(f"There is no video folder named {paths.to_words(name)!r}.")

    def absolute(self, root_id: int, path: str) -> str:
        return paths.absolute(self.roots[root_id].path, path)

    def offline(self) -> list[Root]:
        return [root for root in self.roots.values() if root.offline_since is not None]

    @property
    def offline_ids(self) -> frozenset[int]:
        return frozenset(root.id for root in self.offline())

"""Import user data from the previous server. Call `import_from`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from lvs import paths
from lvs.errors import InvalidInputError
from lvs.legacy import reader
from lvs.legacy.reader import LegacyData
from lvs.store import Store, Transaction, user_data_import
from lvs.viewer import Viewer

BATCH = 500


@dataclass
class Report:
    """`unknown` are names that no video has, `ambiguous` such that several have; `refused` says
    why a matched one could not be given all."""

    matched: int = 0
    unknown: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


async def import_from(store: Store, viewer: Viewer, path: Path) -> Report:
    """Read all data, then import it as the viewer's.

    Raises InvalidInputError before anything is changed.
    """
    found = reader.read(path)
    by_path, by_name = await store.read(user_data_import.videos_named)
    if not by_path:
        raise InvalidInputError(
            f"The library has no videos yet. Run `{paths.command('scan')}` first."
        )
    report = Report()
    matched = _match(found, by_path, by_name, report)
    for batch in _batches(matched):
        refused = await store.write(_apply, viewer, batch, found)
        report.refused |= refused
        report.matched += len(batch)
    return report


def _match(
    found: Mapping[str, LegacyData],
    by_path: Mapping[str, int],
    by_name: Mapping[str, list[int]],
    report: Report,
) -> dict[str, int]:
    matched = {}
    for name in found:
        path = name.replace("\\", "/").lstrip("/")
        candidates = (
            [by_path[path]] if path in by_path else by_name.get(path.rpartition("/")[2], [])
        )
        if len(candidates) == 1:
            matched[name] = candidates[0]
        else:
            (report.ambiguous if candidates else report.unknown).append(name)
    return matched


def _batches(matched: Mapping[str, int]) -> Iterator[dict[str, int]]:
    items = iter(matched.items())
    while batch := dict(islice(items, BATCH)):
        yield batch


def _apply(
    tx: Transaction, viewer: Viewer, batch: Mapping[str, int], found: Mapping[str, LegacyData]
) -> dict[str, str]:
    refused = {}
    for name, item_id in batch.items():
        given = found[name]
        tx.connection.execute("savepoint gift")
        try:
            user_data_import.apply(
                tx,
                viewer,
                item_id,
                rating=given.rating,
                views=given.views,
                favorite=given.favorite,
                names=given.tags,
            )
        except InvalidInputError as error:
            tx.connection.execute("rollback to gift")
            refused[name] = error.detail
        tx.connection.execute("release gift")
    return refused

"""The declarations of kinds agree with each other, their folders and the database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from lvs import kinds
from lvs.kinds import KINDS, MAIN
from lvs.kinds.kind import Kind
from lvs.services import Services
from lvs.store.filters import FILTERS

TEMPLATES = ("player.html", "controls.html")


def test_videos_come_first_and_are_meant_where_no_kind_is_named() -> None:
    assert next(iter(KINDS.values())) is MAIN
    assert MAIN.id == "video"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Film.MP4", "video"),
        ("a/b/song.flac", "audio"),
        ("book.m4b", "audio"),
        ("clip.ogv", "video"),
        ("notes.txt", None),
        (".hidden.mp3", None),
        ("song.mp3.part", None),
        ("mp3", None),
    ],
)
def test_a_name_decides_the_kind(name: str, kind: str | None) -> None:
    found = kinds.kind_of(name)
    assert (found.id if found else None) == kind


def test_an_extension_is_of_one_kind() -> None:
    every = Counter(extension for kind in KINDS.values() for extension in kind.mime_types)
    assert [extension for extension, count in every.items() if count > 1] == []
    assert all(extension == extension.lower() and extension[0] == "." for extension in every)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
async def test_the_table_of_a_kind_has_the_columns_that_it_declares(
    services: Services, kind: Kind
) -> None:
    columns = await services.store.read(
        lambda conn: [
            column[0] for column in conn.execute(f"select * from {kind.table}").description
        ]
    )
    assert set(columns) == {"item_id", *(column.name for column in kind.facts)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_the_folder_of_a_kind_is_complete(kind: Kind) -> None:
    home = Path(kinds.FOLDER) / kind.id
    assert [name for name in TEMPLATES if not (home / name).is_file()] == []
    assert callable(kinds.module(kind.id, "probe").probe)
    assert callable(kinds.module(kind.id, "page").part)
    assert set(kind.filters) <= {one.name for one in FILTERS}

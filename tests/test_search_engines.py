"""The same search finds the same items in both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lvs.store import Connection, Store, Transaction, search
from lvs.store.backends.full_text import Document, folded
from tests.helpers.postgres import Databases

# (title, path, tags) of each item.
TEXTS = (
    ("Crème brûlée at the sea", "Summer/creme.mp4", "food dessert"),
    ("Deep-sea diving (2024)", "Summer/Deep-sea diving (2024).mkv", "sea deep"),
    ("Ski_trip", "Winter/Ski_trip.mp4", "snow rock climbing"),
    ("Straße nach Köln", "Winter/strasse.mp4", "Ærø Łódź"),
    ("東京 タワー", "旅行/東京タワー.mp4", "日本"),
    ("한국 여행", "여행/한국.mp4", "서울"),
    ("Кино про ёлку и йогурт", "кино/ёлка.mp4", "новый год"),
    ("Η ταινία ΜΕΓΆΛΗ", "ταινίες/a.webm", "ελλάδα"),
    ("1.5 GB of v2.0 (x264)", "a/b_c/1.5-2.0.mp4", "4k 60fps"),
    ("e\u0301cole de\u0301compose\u0301e", "ecole/nfd.mp4", "été"),
    ("don't stop & 'quoted' \"words\" \\ : | ! <->", "odd/(a|b)&c.mp4", "a:b -c"),
    ("the sea at the end", "the/sea.mov", "end"),
)


@pytest.fixture(scope="module")
async def stores(
    postgres: Databases, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Store]]:
    sqlite = tmp_path_factory.mktemp("search") / "library.db"
    async with AsyncExitStack() as stack:
        address = stack.enter_context(postgres.new(postgres_template))
        opened = [Store(sqlite), Store(address)]
        for store in opened:
            await store.open()
            stack.push_async_callback(store.close)
            await store.write(_put_all)
        yield opened


def _put_all(tx: Transaction) -> None:
    for number, texts in enumerate(TEXTS, 1):
        tx.connection.execute(
            "insert into item (id, kind, media_hash, fingerprint, title, title_key, added_at,"
            " random_key) values (?, 'video', ?, '', '', '', 0, 0)",
            (number, str(number)),
        )
        tx.connection.dialect.full_text.put(tx.connection, [Document.of(number, *texts)])


def _found(conn: Connection, text: str) -> list[int]:
    full_text = conn.dialect.full_text
    rows = conn.execute(
        f"select {full_text.id} from item_fts where {full_text.matches('?')} order by 1",
        (search.expression(text),),
    )
    return [row[0] for row in rows]


def _documents(conn: Connection) -> dict[str, int]:
    words = {word for texts in TEXTS for text in texts for word in folded(text)}
    return {word: conn.dialect.full_text.documents(conn, word, 100) for word in words}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("creme", [1]),
        ("CRÈME bru", [1]),
        ("sea", [1, 2, 12]),
        ("summer sea", [1, 2]),
        ("sea -diving", [1, 12]),
        ('"the sea"', [1, 12]),
        ('"sea the"', []),
        ('"at the"', [1, 12]),
        ('"diving summer"', []),  # of two columns
        ("deep-sea", [2]),
        ("ski trip", [3]),
        ("ski_tr", [3]),
        ("strasse", [4]),  # of the path; ß is no ss
        ("straße", [4]),
        ("koln", [4]),
        ("ærø", [4]),
        ("lodz", []),  # ł is a letter of its own
        ("łodz", [4]),
        ("東京", [5]),
        ("京", []),  # a run of letters is one word
        ("한", [6]),
        ("ёлк", [7]),
        ("елк", []),
        ("йогурт", [7]),
        ("μεγάλη ταινίες", [8]),
        ("1.5", [9]),
        ("15", []),
        ("2024", [2]),
        ("264", []),
        ("x264 -60fps", []),
        ("école", [10]),
        ("e\u0301cole", [10]),
        ("decompose", [10]),
        ("don't", [11]),
        ('"rock climbing"', [3]),
        ("-sea -creme", [3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("mp4 -winter", [1, 5, 6, 7, 9, 10, 11]),
    ],
)
async def test_both_find_what_is_searched(
    stores: list[Store], text: str, wanted: list[int]
) -> None:
    for store in stores:
        assert await store.read(_found, text) == wanted


LETTERS = st.sampled_from(sorted({char for texts in TEXTS for text in texts for char in text}))
WORDS = st.sampled_from(sorted({w for texts in TEXTS for text in texts for w in text.split()}))
SEARCHES = st.one_of(
    st.text(LETTERS, max_size=12),
    st.lists(st.tuples(st.sampled_from(["", "-", '"']), WORDS, st.integers(1, 12)), max_size=4).map(
        lambda parts: " ".join(sign + word[:length] for sign, word, length in parts)
    ),
)


@given(text=SEARCHES)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_both_find_the_same_whatever_is_typed(stores: list[Store], text: str) -> None:
    assume(search.expression(text))
    sqlite, postgres = [await store.read(_found, text) for store in stores]
    assert postgres == sqlite


async def test_both_count_the_same_items_of_each_word(stores: list[Store]) -> None:
    sqlite, postgres = [await store.read(_documents) for store in stores]
    assert postgres == sqlite
    assert postgres["sea"] == 3

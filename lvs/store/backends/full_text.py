"""Search in both engines: FTS5's index with its words, and PostgreSQL's `tsvector` with ours.

Both fold words alike, so that the same search finds the same items. PostgreSQL's own parser takes
`deep-sea.mp4` for the name of a host and `1.5` for a number, and its `unaccent` folds `ß` and `ø`,
which FTS5 leaves: the words of a `tsvector` are made here instead, and no extension is needed.

https://www.sqlite.org/fts5.html#full_text_query_syntax
https://www.postgresql.org/docs/current/datatype-textsearch.html
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lvs import kinds

if TYPE_CHECKING:
    from lvs.store.backends.connection import Connection

LONGEST_WORD = 500  # characters; PostgreSQL stores 2,046 bytes at most
_LAST_POSITION = 16_383  # of a word in a `tsvector`
_SAME_LETTERS = str.maketrans("ςſµ", "σsμ")
_FIRST_NOT_LATIN = "\u0250"


def words(text: str) -> list[str]:
    """The pieces that FTS5's tokenizer `unicode61` makes of a text: letters and digits."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))


def folded(text: str) -> list[str]:
    """The words of a text as FTS5's index has them: small, Latin letters without diacritics."""
    small = unicodedata.normalize("NFC", text).lower().translate(_SAME_LETTERS)
    return words("".join(map(_folded, small)))


def _folded(char: str) -> str:
    if char.isascii():
        return char
    if unicodedata.combining(char):
        return ""
    base = unicodedata.normalize("NFD", char)[0]
    return base if base < _FIRST_NOT_LATIN else char


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; of the last one its beginning is enough for `is_prefix`."""

    words: tuple[str, ...]
    is_prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Every term of `wanted` must be found, and none of `unwanted`. False where there is none.

    A connection takes it as a parameter, and writes it in the words of its engine.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def __conform__(self, protocol: object) -> str | None:
        """What `sqlite3` asks for a value of a type that it does not know."""
        return self.fts5() if protocol is sqlite3.PrepareProtocol else None

    def fts5(self) -> str:
        # FTS5 has no "everything but": the path of an item holds at least its extension's letters.
        found = " AND ".join(map(_fts5_term, self.wanted)) or _EVERYTHING
        for term in self.unwanted:
            found = f"({found}) NOT {_fts5_term(term)}"
        return found if self else ""

    def tsquery(self) -> str:
        terms = [_tsquery_term(term) for term in self.wanted]
        terms += [f"!{_tsquery_term(term)}" for term in self.unwanted]
        return " & ".join(term for term in terms if term)


_EVERYTHING = "path : (" + " OR ".join(f'"{extension[1:]}"' for extension in kinds.MIME_TYPES) + ")"


def _fts5_term(term: Term) -> str:
    phrase = f'"{" ".join(term.words)}"' + ("*" if term.is_prefix else "")
    return f"title : {phrase}" if term.in_title else phrase


def _tsquery_term(term: Term) -> str:
    found = [f"'{word[:LONGEST_WORD]}'" for word in folded(" ".join(term.words))]
    label = ("*" if term.is_prefix else "") + ("A" if term.in_title else "")
    if found and label:
        found[-1] += f":{label}"
    return f"({' <-> '.join(found)})"


class Document(NamedTuple):
    """What is searched of an item."""

    item_id: int
    title: str
    path: str
    tags: str

    @classmethod
    def of(cls, item_id: int, *texts: str) -> Document:
        """With composed letters, as the words of a search have them."""
        return cls(item_id, *(unicodedata.normalize("NFC", text) for text in texts))


class FullText(Protocol):
    """The table `item_fts`: its column with an item's id, and the SQL of a match and its rank, the
    best lowest. `matches` has a `SearchQuery` as its parameter."""

    id: str
    rank: str

    def matches(self, parameter: str) -> str: ...

    def put(self, conn: Connection, documents: Sequence[Document]) -> None:
        """Make items found by these texts, and by no others."""

    def fill(self, conn: Connection, documents: Iterable[Document]) -> None:
        """The same when the table is empty."""

    def remove(self, conn: Connection, item_id: int) -> None: ...

    def documents(self, conn: Connection, word: str, most: int) -> int:
        """How many items have a folded word; above `most` any larger number."""


class Fts5:
    id = "rowid"
    rank = "bm25(item_fts, 10.0, 2.0, 5.0)"

    def matches(self, parameter: str) -> str:
        return f"item_fts match {parameter}"

    def put(self, conn: Connection, documents: Sequence[Document]) -> None:
        conn.executemany("delete from item_fts where rowid = ?", [one[:1] for one in documents])
        self.fill(conn, documents)

    def fill(self, conn: Connection, documents: Iterable[Document]) -> None:
        conn.insert("item_fts", ("rowid", "title", "path", "tags"), documents)

    def remove(self, conn: Connection, item_id: int) -> None:
        conn.execute("delete from item_fts where rowid = ?", (item_id,))

    def documents(self, conn: Connection, word: str, most: int) -> int:
        row = conn.execute("select doc from item_fts_vocab where term = ?", (word,)).fetchone()
        return int(row[0]) if row else 0


class TsVector:
    """Titles have the weight A, paths C and tags B, in the proportions of FTS5's columns."""

    id = "item_id"
    # Divided by the logarithm of the length: a short title is more about a word than a long one.
    rank = "-ts_rank('{0, 0.2, 0.5, 1}', words, :match, 1)::double precision"

    def matches(self, parameter: str) -> str:
        return f"words @@ {parameter}"

    def put(self, conn: Connection, documents: Sequence[Document]) -> None:
        conn.executemany(
            "insert into item_fts (item_id, words) values (?, cast(? as tsvector))"
            " on conflict (item_id) do update set words = excluded.words",
            [(item_id, _tsvector(*texts)) for item_id, *texts in documents],
        )

    def fill(self, conn: Connection, documents: Iterable[Document]) -> None:
        rows = ((item_id, _tsvector(*texts)) for item_id, *texts in documents)
        conn.insert("item_fts", ("item_id", "words"), rows)

    def remove(self, conn: Connection, item_id: int) -> None:
        conn.execute("delete from item_fts where item_id = ?", (item_id,))

    def documents(self, conn: Connection, word: str, most: int) -> int:
        row = conn.execute(
            "select count(*) from (select 1 from item_fts where words @@ ? limit ?) found",
            (SearchQuery((Term((word,)),)), most + 1),
        ).fetchone()
        return int(row[0])


# Where the positions of the words of each text begin: no phrase reaches from one into the next.
_PARTS = (("A", 1), ("C", 5_000), ("B", 10_000))


def _tsvector(*texts: str) -> str:
    return " ".join(
        f"'{word[:LONGEST_WORD]}':{min(start + number, _LAST_POSITION)}{weight}"
        for text, (weight, start) in zip(texts, _PARTS, strict=True)
        for number, word in enumerate(folded(text))
    )

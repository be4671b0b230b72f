"""The words of a search, and the text that is searched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from lvs import paths
from lvs.store import facts
from lvs.store.backends.connection import Connection
from lvs.store.backends.full_text import Document, SearchQuery, Term, words

MAX_WORDS = 10  # of a search; those after are ignored
BATCH = 1_000  # items that are indexed at once

_PART = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def expression(text: str) -> SearchQuery:
    """All words must match, as beginnings; `"a phrase"` exactly; `-word` must not.

    Empty when there is nothing to search.
    """
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for part in _PART.finditer(text):
        if len(wanted) + len(unwanted) == MAX_WORDS:
            break
        phrase = part["phrase"]
        found = words(phrase if phrase is not None else part["word"])
        if found:
            term = Term(tuple(found), is_prefix=phrase is None)
            (unwanted if part["minus"] else wanted).append(term)
    return SearchQuery(tuple(wanted), tuple(unwanted))


def index(conn: Connection, item_ids: Iterable[int]) -> None:
    """Make what is searched agree with these items; only those that are there are found."""
    ids = list(item_ids)
    found = _documents(conn, ids)
    conn.dialect.full_text.put(conn, found)
    for item_id in set(ids).difference(document.item_id for document in found):
        conn.dialect.full_text.remove(conn, item_id)


def index_all(conn: Connection) -> Iterator[int]:
    """Fill an empty index with all items that are there; says how many are done, now and then."""
    rows = conn.execute("select id from item where file_count > 0 order by id").fetchall()
    for start in range(0, len(rows), BATCH):
        ids = [item_id for (item_id,) in rows[start : start + BATCH]]
        conn.dialect.full_text.fill(conn, _documents(conn, ids))
        yield start + len(ids)


def _documents(conn: Connection, item_ids: Sequence[int]) -> list[Document]:
    """What is searched of those of these items that are there."""
    array, among = conn.dialect.array, conn.dialect.among
    rows = conn.execute(
        "select i.id, i.kind, i.title, f.path from item i join file f on f.id = i.file_id"
        f" where i.file_count > 0 and {among('i.id')}",
        (array(item_ids),),
    ).fetchall()
    names: dict[int, list[str]] = {item_id: [] for item_id, *_ in rows}
    for item_id, name in conn.execute(
        "select it.item_id, t.name from item_tag it join tag t on t.id = it.tag_id"
        f" where {among('it.item_id')} order by it.item_id, t.id",
        (array(names),),
    ):
        names[item_id].append(name)
    of_facts = facts.words(conn, {item_id: kind for item_id, kind, *_ in rows})
    return [
        Document.of(
            item_id,
            title,
            paths.to_words(os.fsdecode(path)),
            " ".join((*names[item_id], *of_facts.get(item_id, ()))),
        )
        for item_id, _, title, path in rows
    ]

"""The words of a search, and the text that is searched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from lvs import kinds, paths
from lvs.store import facts
from lvs.store.backends.connection import Connection
from lvs.store.backends.full_text import SearchQuery, Term, words

MAX_WORDS = 10  # of a search; those after are ignored

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
    """Make what is searched agree with these videos; only those that are there are found."""
    for item_id in item_ids:
        kind, title, path, file_count = conn.execute(
            "select i.kind, i.title, f.path, i.file_count from item i"
            " join file f on f.id = i.file_id where i.id = ?",
            (item_id,),
        ).fetchone()
        if not file_count:
            conn.dialect.full_text.remove(conn, item_id)
            continue
        names = conn.execute(
            "select t.name from item_tag it join tag t on t.id = it.tag_id where it.item_id = ?"
            " order by t.id",
            (item_id,),
        )
        found = (*(name for (name,) in names), *facts.words(conn, kinds.KINDS[kind], item_id))
        path = paths.to_words(os.fsdecode(path))
        conn.dialect.full_text.put(conn, item_id, title, path, " ".join(found))

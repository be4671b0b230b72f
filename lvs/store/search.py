"""Words of a search as an FTS5 expression, and the text that is searched.

https://www.sqlite.org/fts5.html#full_text_query_syntax
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable

from lvs import kinds, paths
from lvs.store.backends.connection import Connection

MAX_WORDS = 10  # of a search; those after are ignored

_PART = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def expression(text: str) -> str:
    """All words must match, as beginnings; `"a phrase"` exactly; `-word` must not.

    Empty when there is nothing to search.
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in _PART.finditer(text):
        if len(wanted) + len(unwanted) == MAX_WORDS:
            break
        phrase = part["phrase"]
        words = _words(phrase if phrase is not None else part["word"])
        if not words:
            continue
        term = f'"{" ".join(words)}"' + ("" if phrase is not None else "*")
        (unwanted if part["minus"] else wanted).append(term)
    if not wanted and not unwanted:
        return ""
    # FTS5 has no "everything but": the path of a video holds at least its extension's letters.
    found = " AND ".join(wanted)
    for term in unwanted:
        found = f"({found}) NOT {term}" if found else f"{_EVERYTHING} NOT {term}"
    return found


_EVERYTHING = "path : (" + " OR ".join(f'"{extension[1:]}"' for extension in kinds.MIME_TYPES) + ")"


def _words(text: str) -> list[str]:
    """The pieces that the tokenizer would make: letters and digits."""
    return re.findall(r"[^\W_]+", text)


def tokens(text: str) -> list[str]:
    """The words of a text as the index has them: small, without diacritics."""
    plain = unicodedata.normalize("NFD", text.lower())
    return _words("".join(char for char in plain if not unicodedata.combining(char)))


def index(conn: Connection, item_ids: Iterable[int]) -> None:
    """Make what is searched agree with these videos; only those that are there are found."""
    for item_id in item_ids:
        title, path, file_count = conn.execute(
            "select i.title, f.path, i.file_count from item i join file f on f.id = i.file_id"
            " where i.id = ?",
            (item_id,),
        ).fetchone()
        names = conn.execute(
            "select t.name from item_tag it join tag t on t.id = it.tag_id where it.item_id = ?",
            (item_id,),
        )
        conn.execute("delete from item_fts where rowid = ?", (item_id,))
        if not file_count:
            continue
        conn.execute(
            "insert into item_fts (rowid, title, path, tags) values (?, ?, ?, ?)",
            (
                item_id,
                title,
                paths.to_words(os.fsdecode(path)),
                " ".join(name for (name,) in names),
            ),
        )

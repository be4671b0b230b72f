"""Items that go with an item: by shared tags, its folder, the words of its title, and stars.

What is shared weighs by its rarity, as inverse document frequency does for words (Spärck Jones,
1972): a tag that three items have says more than one that every second has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lvs.store import visibility
from lvs.store.backends.connection import Connection
from lvs.store.backends.full_text import SearchQuery, Term, folded
from lvs.viewer import Audience

RAREST_TAGS = 10
RAREST_WORDS = 6
EACH_AT_MOST = 300  # candidates by one tag, word or folder
COMMON_WORD = 2_000

_FOLDER_WEIGHT = 0.9  # less than any tag
_WORD_WEIGHT = 0.7  # of that of a tag as rare


@dataclass(frozen=True, slots=True)
class Related:
    """Why an item is related: how many tags and words of the title it shares, and if the folder."""

    item_id: int
    version: int
    shared_tags: int
    shared_words: int
    same_folder: int


def related(conn: Connection, audience: Audience, item_id: int, limit: int) -> list[Related]:
    """The best `limit` for an item that the audience sees; stars and hearts decide among equals.

    However large the library, at most some thousand candidates are read: of a tag or folder
    with many items, those nearest by id, which were added about the same time.
    """
    total = conn.execute("select coalesce(sum(item_count), 0) from library_stats").fetchone()[0]
    parts = [_IN_FOLDER]
    names: dict[str, object] = {"id": item_id, "each": EACH_AT_MOST, "limit": limit}
    for tag_id, count in conn.execute(_OWN_TAGS, (item_id, RAREST_TAGS)).fetchall():
        parts.append(_BY_TAG.format(tag=tag_id, weight=_rarity(total, count)))
    full_text = conn.dialect.full_text
    for number, (word, count) in enumerate(_rare_words(conn, item_id)):
        weight = _WORD_WEIGHT * _rarity(total, count)
        matches = full_text.matches(f":word{number}")
        parts.append(_BY_WORD.format(id=full_text.id, weight=weight, matches=matches))
        names[f"word{number}"] = SearchQuery((Term((word,), in_title=True),))
    seen = "".join(f" and {sql}" for sql in visibility.conditions(audience))
    rows = conn.execute(_BEST.format(candidates=" union all ".join(parts), seen=seen), names)
    return [Related(*row) for row in rows]


def _rarity(total: int, count: int) -> float:
    return 1 + math.log(total / count) if total > count else 1.0


_OWN_TAGS = """
    select t.id, t.item_count from item_tag own join tag t on t.id = own.tag_id
    where own.item_id = ? order by t.item_count, t.id limit ?"""
_NEAREST = """
    select item_id from (select item_id from {table} where {which} and item_id > :id
        order by item_id limit :each / 2) later
    union all
    select item_id from (select item_id from {table} where {which} and item_id < :id
        order by item_id desc limit :each / 2) earlier"""
_BY_TAG = (
    "select item_id, {weight} as weight, 1 as tag, 0 as word, 0 as folder from ("
    + _NEAREST.replace("{table}", "item_tag").replace("{which}", "tag_id = {tag}")
    + ") near"
)
_OWN_FOLDER = "(select f.folder_id from item i join file f on f.id = i.file_id where i.id = :id)"
_IN_FOLDER = (
    f"select item_id, {_FOLDER_WEIGHT} as weight, 0 as tag, 0 as word, 1 as folder from ("
    + _NEAREST.format(table="file", which=f"folder_id = {_OWN_FOLDER}")
    + ") near"
)
_BY_WORD = """
    select {id}, {weight}, 0, 1, 0 from (
        select {id} from item_fts where {matches} limit :each) w"""
_BEST = """
    select i.id, i.version, sum(tag), sum(word), max(folder) from ({candidates}) c
    join item i on i.id = c.item_id
    where i.file_count > 0{seen} and i.id <> :id group by i.id
    order by sum(weight) + i.rating_average * 0.1
        + case when i.favorite_count > 0 then 0.2 else 0 end desc, i.id
    limit :limit"""


def _rare_words(conn: Connection, item_id: int) -> list[tuple[str, int]]:
    """Words of an item's title that few others have, rarest first, and how many have them."""
    title = conn.execute("select title from item where id = ?", (item_id,)).fetchone()[0]
    found = []
    for word in {word for word in folded(title) if len(word) > 2}:
        count = conn.dialect.full_text.documents(conn, word, COMMON_WORD)
        if 1 < count <= COMMON_WORD:
            found.append((count, word))
    return [(word, count) for count, word in sorted(found)[:RAREST_WORDS]]

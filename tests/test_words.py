"""Documents use the field's words: no private metaphors, no quaint English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.servers import HOME

# Word (a regular expression) and what to write instead.
IN_TEXT: dict[str, str] = {
    "told|tells?": "notified, sent, says",
    "gifts?|gave|(people|a person|what is|was|were|are) given?": "user data, set",
    "house|kitchen|bell|shel(f|ves)|upkeep|stretch(es)?": "services, rendering, maintenance, page",
    "drops": "new files",
    "(the|this|a|whose|per) drops?|drop to tile": "new file",
    "doors?|rooms?": "port, address, module",
    "anew": "again",
    "beneath": "under",
    "(?<!picture-in-)(?<!picture in )pictures?(?!-in-picture)(?! in picture)": "thumbnail, frame",
    "pictured": "given thumbnails",
    "(gone|go(es)?|went) on\\b(?! (from|to) (there|the next))": "resume, continue",
    "begun": "in progress, started",
    "chosen": "selected, set",
    "away": "offline",
    "gone": "missing, offline, deleted",
    "look(s|ed|ing)? (through|again|at|after|for)": "scan, check, probe, show, search",
    "forget|forgets|forgotten|forgot": "delete, purge",
    "vouch(es)?": "sign",
    "lies? there|lies? beside": "is in",
    "made whole|is whole|until whole": "complete",
    "turned over": "toggled",
}

DOCUMENTS = [
    HOME / "README.md",
    HOME / "CONTRIBUTING.md",
    HOME / "CHANGELOG.md",
    *sorted((HOME / "docs").glob("*.md")),
]


def banned(text: str, words: dict[str, str]) -> list[str]:
    found = []
    for pattern, instead in words.items():
        for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.I):
            around = " ".join(text[max(match.start() - 30, 0) : match.end() + 30].split())
            found.append(f"{match[0]!r} in {around!r}: write {instead}")
    return found


def of(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def prose(markdown: str) -> str:
    """Without code, addresses and comments: those name things as they are."""
    without_blocks = re.sub(r"^```.*?^```|<!--.*?-->", " ", markdown, flags=re.M | re.S)
    return re.sub(r"`[^`]*`|\]\([^)]*\)", " ", without_blocks)


@pytest.mark.parametrize("path", DOCUMENTS, ids=of)
def test_documents_use_the_words_of_the_field(path: Path) -> None:
    assert not banned(prose(path.read_text("utf-8")), IN_TEXT)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("What people gave is told to every page.", "gave"),
        ("Its folder is away.", "away"),
        ("All pictures are made anew.", "pictures"),
        ("Picture-in-picture works.", ""),
    ],
)
def test_the_check_itself_finds_such_words(text: str, word: str) -> None:
    found = banned(prose(text), IN_TEXT)
    assert any(repr(word) in line for line in found) if word else not found

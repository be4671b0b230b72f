"""Documents, pages and names use the field's words: no private metaphors, no quaint English."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
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
    "(first|legacy) server": "previous server",
}
# Tables, columns and topics stand in SQL and strings, which are not checked: they change with the
# migration to items. In names every part counts: `take_in`, `takeIn` and `.take-in` are `take in`.
IN_NAMES: dict[str, str] = {
    "told|tell|tells": "sent, notify, response",
    "gift|gifts": "user_data",
    "house|kitchen|bell|shelf|shelves|upkeep|stretch|stretches": "services, render, page",
    "drops|door|doors": "new files, ports, addresses",
    "anew|beneath": "again, under",
    "pictured|begun|chosen": "rendered, started, selected",
    "take in|take(s|n) in": "ingest",
    "look|looks|look at|look again": "stat, probe, poll, check",
    "forget|forgotten|forgets": "delete, purge, unsubscribe",
    "away": "offline",
    "surprise|accompany|prove|proved|proves": "random, show_progress, verify",
}

DOCUMENTS = [
    HOME / "README.md",
    HOME / "CONTRIBUTING.md",
    HOME / "CHANGELOG.md",
    *sorted((HOME / "docs").glob("*.md")),
]
TEMPLATES = sorted(
    path for folder in ("templates", "lvs/kinds") for path in (HOME / folder).rglob("*.html")
)
CODE = sorted(
    path for folder in ("lvs", "bench", "tests") for path in (HOME / folder).rglob("*.py")
)
SCRIPTS = sorted((HOME / "static" / "js").rglob("*.js"))
STYLES = sorted((HOME / "static" / "css").rglob("*.css"))


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


def visible(template: str) -> str:
    """What a person reads of a template: text, labels, and the words within expressions."""
    text = re.sub(r"\{#.*?#\}|<!--.*?-->|<script.*?</script>", " ", template, flags=re.S)
    quoted = re.findall(r"\{[{%].*?[%}]\}", text, re.S)
    words = [word for part in quoted for word in re.findall(r"\"([A-Z][^\"]* [^\"]*)\"", part)]
    text = re.sub(r"\{[{%].*?[%}]\}", " ", text, flags=re.S)
    labels = re.findall(r"(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"", text)
    return "\n".join([re.sub(r"<[^>]*>", " ", text), *labels, *words])


@pytest.mark.parametrize("path", DOCUMENTS, ids=of)
def test_documents_use_the_words_of_the_field(path: Path) -> None:
    assert not banned(prose(path.read_text("utf-8")), IN_TEXT)


@pytest.mark.parametrize("path", TEMPLATES, ids=of)
def test_pages_use_the_words_of_the_field(path: Path) -> None:
    assert not banned(visible(path.read_text("utf-8")), IN_TEXT)


def explanations(path: Path) -> str:
    """The docstrings and comments of a Python file, without names in backquotes."""
    text = path.read_text("utf-8")
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    tree = ast.walk(ast.parse(text))
    parts = [ast.get_docstring(node) or "" for node in tree if isinstance(node, kinds)]
    with path.open("rb") as file:
        tokens = tokenize.tokenize(file.readline)
        parts += [token.string for token in tokens if token.type == tokenize.COMMENT]
    return re.sub(r"`[^`]*`", " ", "\n".join(parts))


# The demo paints seas, houses and rain, so its comments speak of those.
EXPLAINED = [path for path in CODE if HOME / "lvs" / "demo" not in path.parents]


@pytest.mark.parametrize("path", EXPLAINED, ids=of)
def test_docstrings_and_comments_use_the_words_of_the_field(path: Path) -> None:
    assert not banned(explanations(path), IN_TEXT)


# A comment, or what could contain the beginning of one: a string, or an address in code.
COMMENTS = {
    ".html": r"\{#(.*?)#\}|<!--(.*?)-->",
    ".css": r"/\*(.*?)\*/",
    ".js": r"/\*(.*?)\*/|//([^\n]*)|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`",
}


def comments(text: str, suffix: str) -> str:
    """The comments of a template, style or script, without names in backquotes."""
    found = re.finditer(COMMENTS[suffix], text, re.S)
    parts = [group for match in found for group in match.groups() if group]
    return re.sub(r"`[^`]*`", " ", "\n".join(parts))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS, *STYLES], ids=of)
def test_comments_of_the_front_end_use_the_words_of_the_field(path: Path) -> None:
    assert not banned(comments(path.read_text("utf-8"), path.suffix), IN_TEXT)


@pytest.mark.parametrize(
    ("text", "suffix", "found"),
    [
        ("{# a #}<p>b</p><!-- c -->", ".html", " a \n c "),
        (".a { /* b */ color: red; } /* c */", ".css", " b \n c "),
        ("f('//no', `//${no}`); // yes, `//not this`", ".js", " yes,  "),
        ("/* a\nb */ const x = 1; // c", ".js", " a\nb \n c"),
    ],
)
def test_comments_are_found_and_code_is_not(text: str, suffix: str, found: str) -> None:
    assert comments(text, suffix) == found


def names_in(path: Path) -> Iterator[str]:
    """The names that a file defines, its own included."""
    yield path.stem
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr
            elif isinstance(node, ast.arg):
                yield node.arg
    elif path.suffix == ".js":
        yield from re.findall(r"(?:const|let|function\*?|class)\s+([A-Za-z_$][\w$]*)", text)
    elif path.suffix == ".css":
        yield from re.findall(r"(?<![\w)])[.#]([a-z][\w-]*)(?=[^;{}]*\{)", text)


def words_of(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-$]+", " ", name)
    return spaced.strip().lower()


@pytest.mark.parametrize("path", [*CODE, *SCRIPTS, *STYLES, *TEMPLATES], ids=of)
def test_names_use_the_words_of_the_field(path: Path) -> None:
    names = set(names_in(path))
    assert not [found for name in sorted(names) for found in banned(words_of(name), IN_NAMES)]


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

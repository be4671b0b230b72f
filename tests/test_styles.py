"""The styles: lengths are tokens, and lines are short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.servers import HOME

SHEETS = sorted((HOME / "static" / "css").glob("*.css"))
LONGEST_LINE = 120
LENGTH = re.compile(r"(?<![\w.#-])-?\d*\.?\d+(?:px|rem|em|ch|ex|v[wh]|vmin|vmax|pt|%)")
# `fr` is a share, and media queries can't contain variables.
ALLOWED = {"0px", "1px", "100%", "-100%"}


def lengths(css: str) -> list[str]:
    """The lengths of a sheet that are neither tokens nor allowed everywhere."""
    without = re.sub(r"/\*.*?\*/|@media[^{]*", " ", css, flags=re.S)
    return [found for found in LENGTH.findall(without) if found not in ALLOWED]


@pytest.mark.parametrize(
    "path", [path for path in SHEETS if path.stem != "tokens"], ids=lambda path: path.stem
)
def test_lengths_are_tokens(path: Path) -> None:
    assert not lengths(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("css", "found"),
    [
        (".a { margin: -2px auto 1.5rem; }", ["-2px", "1.5rem"]),
        (".a { width: min(100%, 40ch); border: 1px solid; }", ["40ch"]),
        ("@media (max-width: 600px) { .a { grid: 0 / 1fr 50%; } }", ["50%"]),
        (".a { padding: var(--space-4); z-index: 10; } /* 3px */", []),
    ],
)
def test_the_check_itself_finds_lengths(css: str, found: list[str]) -> None:
    assert lengths(css) == found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_lines_are_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert not [line for line in lines if len(line) > LONGEST_LINE and "url(" not in line]


def test_every_token_exists_and_is_used() -> None:
    css = "\n".join(path.read_text("utf-8") for path in SHEETS)
    scripts = "\n".join(path.read_text("utf-8") for path in (HOME / "static/js").rglob("*.js"))
    templates = "\n".join(path.read_text("utf-8") for path in (HOME / "templates").rglob("*.html"))
    defined = set(re.findall(r"(--[\w-]+):", css + scripts + templates)) | set(
        re.findall(r"setProperty\('(--[\w-]+)'", scripts)
    )
    used = set(re.findall(r"var\((--[\w-]+)", css))
    assert used <= defined
    tokens = (HOME / "static/css/tokens.css").read_text("utf-8")
    assert set(re.findall(r"(--[\w-]+):", tokens)) <= used

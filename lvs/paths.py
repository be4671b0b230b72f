"""Names on disk as URLs and as words, and where the program's own files are.

A file name is bytes. Python carries bytes that are not UTF-8 as lone surrogates (`os.fsdecode`);
a URL carries them percent-encoded; a page shows a replacement character in their place.
"""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes


def is_hidden(path: str) -> bool:
    """True when any part of a relative path is hidden."""
    return any(part.startswith(".") for part in path.split("/"))


def to_url(path: str) -> str:
    """Percent-encode a path, byte by byte, keeping its slashes."""
    return quote(os.fsencode(path), safe="/")


def from_url(encoded: bytes) -> str:
    """The inverse of `to_url`, for a raw request path."""
    return os.fsdecode(unquote_to_bytes(encoded))


def to_words(path: str) -> str:
    """A name as a page can show it: composed, unreadable bytes replaced."""
    if path.isascii():
        return path
    text = os.fsencode(path).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text)


_RELEASE_SEPARATORS = re.compile(r"[_.]+")


def title_of(path: str) -> str:
    """A title from a file name: no extension, underscores and dots as spaces."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    stem = to_words(name[:dot] if 0 < dot < len(name) - 1 else name)
    spaced = _RELEASE_SEPARATORS.sub(" ", stem).strip() if " " not in stem else stem.strip()
    return spaced or stem or to_words(path)


_DIGITS = re.compile(r"\d+")


def plain(text: str) -> str:
    """A text in small letters without accents."""
    small = text.casefold()
    if small.isascii():
        return small
    decomposed = unicodedata.normalize("NFKD", small)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sort_key(title: str) -> str:
    """A text that sorts as people expect: case and accents aside, "2" before "10"."""
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), plain(title))


_PACKAGE = Path(__file__).parent


def resources(name: str) -> Path:
    """The folder `templates` or `static`: in the package when installed, else beside it."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def command(arguments: str) -> str:
    """A command of this program as a user types it: `lvs` when installed, else by its `.venv`."""
    program = "lvs" if resources("templates").parent == _PACKAGE else ".venv/bin/python -m lvs"
    return f"{program} {arguments}"


def absolute(root: str, path: str) -> str:
    """The path in the file system of a path in a video folder; "" is the folder itself."""
    return f"{root}/{path}" if path else root

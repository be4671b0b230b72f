"""The thumbnail files of a video: names, sizes and paths. Free of libav, as `facts` is."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

WIDTHS = (640, 320)
JPEG_SIZE = (640, 360)  # headset catalogues want 16:9


@dataclass(frozen=True, slots=True)
class RenderedThumbnails:
    """Encoded files by name (`640.webp`, `320.jpg`, ...), and the preview's data URL."""

    files: dict[str, bytes]
    preview: str


def file_path(folder: Path, key: str, name: str) -> Path:
    """The path of a thumbnail file in the thumbnail folder."""
    return folder / key[:2] / key / name


def fresh_key(content: str, current: str | None) -> str:
    """A new key for thumbnails of a content. It differs from the current key, because browsers
    cache thumbnails for ever."""
    if current is None or current.partition("-")[0] != content:
        return content
    return f"{content}-{int(current.partition('-')[2] or 1) + 1}"


def remove(folder: Path, key: str) -> None:
    """Delete the thumbnails of a key, if there are any."""
    shutil.rmtree(file_path(folder, key, "x").parent, ignore_errors=True)


def write(folder: Path, key: str, rendered: RenderedThumbnails) -> None:
    """Write each file atomically. Raises OSError when the disk refuses."""
    home = file_path(folder, key, "x").parent
    home.mkdir(parents=True, exist_ok=True)
    for name, content in rendered.files.items():
        partial = home / f".{name}.{os.getpid()}"
        try:
            partial.write_bytes(content)
            partial.replace(home / name)
        finally:
            partial.unlink(missing_ok=True)

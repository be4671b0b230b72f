"""File names in addresses, to the byte."""

from __future__ import annotations

from quart import request

from lvs import paths


def requested_filename(prefix: str) -> str:
    """What follows `prefix` in the path, as the file system spells it.

    The server decodes paths as UTF-8 and so loses other bytes; the raw path has them all.
    """
    raw = bytes(request.scope["raw_path"]).partition(b"?")[0]
    return paths.from_url(raw[len(prefix) :])

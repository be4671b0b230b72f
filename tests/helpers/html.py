"""Elements of a page, found by tag and attributes."""

from __future__ import annotations

import re
from html import unescape


def card_ids(html: str) -> list[int]:
    return [int(id_) for id_ in re.findall(r'<li class="card" id="v-(\d+)"', html)]


def hrefs(html: str, pattern: str) -> list[str]:
    return [unescape(url) for url in re.findall(pattern, html)]

"""Elements of a page, found by tag and attributes in whatever order they are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
TOKEN_LISTS = frozenset(("class", "rel"))


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    @property
    def text(self) -> str:
        """All text inside, each run of white space as one space."""
        return " ".join("".join(self.texts).split())

    def has(self, name: str, wanted: str | bool) -> bool:
        value = self.attributes.get(name)
        if value is None or isinstance(wanted, bool):
            return (value is not None) == bool(wanted)
        return wanted in value.split() if name in TOKEN_LISTS else wanted == value


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.found.append(element)
        if self._open:
            self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in (element.tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)


def elements(html: str, tag: str = "", **wanted: str | bool) -> list[Element]:
    """Those with a tag and attributes, in order. `class_` and `rel` match one of several words,
    `data_state` is `data-state`, and True stands for any value, False for no such attribute."""
    parser = _Parser()
    parser.feed(html)
    names = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
    return [
        element
        for element in parser.found
        if tag in ("", element.tag) and all(element.has(*pair) for pair in names.items())
    ]


def element(html: str, tag: str = "", **wanted: str | bool) -> Element:
    """The only one; fails when there are none or several."""
    (found,) = elements(html, tag, **wanted)
    return found


def links(html: str, **wanted: str | bool) -> list[str]:
    return [link["href"] for link in elements(html, "a", href=True, **wanted)]


def card_ids(html: str) -> list[int]:
    return [int(card["id"].removeprefix("v-")) for card in elements(html, "li", class_="card")]

"""Keyboard shortcuts, declared once: the help dialog, the scripts and `docs/KEYBOARD.md`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A page that `G` and then `key` lead to."""

    key: str
    name: str
    url: str


PLACES = (
    Place("h", "Home", "/"),
    Place("a", "All videos", "/all"),
    Place("c", "Continue watching", "/continue"),
    Place("f", "Favorites", "/favorites"),
    Place("t", "Tags", "/tags"),
    Place("s", "Settings", "/settings"),
)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` do the same each; a key is one or several that are pressed one after the other or
    together, as in `Ctrl K`. `place` is where it leads to."""

    keys: tuple[str, ...]
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    shortcuts: tuple[Shortcut, ...]


GROUPS = (
    Group(
        "Everywhere",
        (
            Shortcut(("/",), "Search"),
            Shortcut(("Ctrl K", "⌘ K"), "Open the command palette"),
            Shortcut(("?",), "Show shortcuts"),
            Shortcut(("U", "Ctrl Z"), "Undo, while a message offers it"),
            Shortcut(("Esc",), "Close what is open, or stop selecting"),
        ),
    ),
    Group(
        "Go to",
        tuple(Shortcut((f"G {place.key.upper()}",), place.name, place) for place in PLACES),
    ),
    Group(
        "In lists",
        (
            Shortcut(("←", "→", "↑", "↓"), "Previous or next video, row above or below"),
            Shortcut(("Home", "End"), "First or last video"),
            Shortcut(("Enter",), "Open"),
            Shortcut(("F",), "Add to favorites, or remove"),
            Shortcut(("1", "2", "3", "4", "5"), "Rate"),
            Shortcut(("0",), "Clear the rating"),
            Shortcut(("X",), "Select, or deselect"),
            Shortcut(("Shift X",), "Select from the last one to this one"),
            Shortcut(("Ctrl A",), "Select all that are shown, while selecting"),
        ),
    ),
    Group(
        "On the page of a video",
        (
            Shortcut(("Space", "K"), "Play or pause"),
            Shortcut(("J", "L", "←", "→"), "Back or forward 10 s"),
            Shortcut(("↑", "↓"), "Volume"),
            Shortcut(("0", "9"), "Jump to 0–90 %"),
            Shortcut(("M",), "Mute"),
            Shortcut(("<", ">"), "Slower, faster"),
            Shortcut((",", "."), "Previous or next frame"),
            Shortcut(("F",), "Full screen"),
            Shortcut(("P", "N"), "Previous or next video"),
        ),
    ),
    Group(
        "With a gamepad",
        (
            Shortcut(("D-pad", "Stick"), "Move"),
            Shortcut(("A",), "Open"),
            Shortcut(("B",), "Back"),
            Shortcut(("Y",), "Add to favorites, or remove"),
        ),
    ),
)

"""Everything has its place in the documents, and what the documents name exists."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import click
import pytest

from lvs.cli.main import main
from lvs.config import PREFIX, RENAMED, ServerConfig
from lvs.events import TOPICS
from lvs.headsets.players import Player, players
from lvs.server.application import create_app
from lvs.server.routes import ROUTES
from tests.helpers import postgres
from tests.helpers.servers import HOME

DOCS = HOME / "docs"


def document(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", list(ServerConfig.model_fields))
def test_every_setting_is_documented_with_its_default_and_purpose(name: str) -> None:
    field = ServerConfig.model_fields[name]
    row = re.search(rf"^\| `{PREFIX}{name.upper()}` \|(.+)$", document("SETTINGS.md"), re.M)
    assert row, f"no row for {PREFIX}{name.upper()}"
    default = field.default
    if isinstance(default, tuple):
        default = ", ".join(map(str, default))
    assert f"`{default}`" in row.group(1) or not default
    assert field.description
    assert field.description in row.group(1)


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = re.findall(rf"^\| `{PREFIX}(\w+)` \|", document("SETTINGS.md"), re.M)
    assert sorted(name.lower() for name in documented) == sorted(ServerConfig.model_fields)


@pytest.mark.parametrize("old", list(RENAMED))
def test_every_renamed_setting_is_documented(old: str) -> None:
    line = f"- `{PREFIX}{old.upper()}` is now `{PREFIX}{RENAMED[old].upper()}`."
    assert line in document("SETTINGS.md").splitlines()


REFERENCE = document("API.md") + document("HEADSETS.md")  # routes of players are with the players


@pytest.mark.parametrize(("rule", "methods"), [(route.rule, route.methods) for route in ROUTES])
def test_every_route_is_documented(rule: str, methods: tuple[str, ...]) -> None:
    for method in methods:
        without_slash = rule.rstrip("/") or "/"  # headsets use both forms
        assert f"`{method} {without_slash}`" in REFERENCE


def test_no_route_is_documented_that_is_not_there() -> None:
    known = {f"{method} {route.rule}" for route in ROUTES for method in route.methods}
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", REFERENCE, re.M)) <= known


@pytest.mark.parametrize("player", players(), ids=lambda player: player.name)
def test_every_headset_player_is_documented(player: Player) -> None:
    assert f"| {player.name} | `http://…{player.path}` |" in document("HEADSETS.md")


@pytest.mark.parametrize("topic", list(TOPICS))
def test_every_event_is_documented(topic: str) -> None:
    assert f"| `{topic}` | {TOPICS[topic]} |" in document("API.md")  # type: ignore[index]


def test_every_command_is_documented() -> None:
    assert isinstance(main, click.Group)
    for name in main.commands:
        assert f"`.venv/bin/python -m lvs {name}`" in document("COMMANDS.md")


# --- what the text names ---

PROSE = [HOME / "README.md", HOME / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
CODE_SPAN = re.compile(r"`([^`\n]+)`")


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_addresses_in_the_text_are_there(path: Path) -> None:
    routes = create_app().url_map.bind("localhost")
    rules = {route.rule for route in ROUTES}
    named = re.findall(r"`(?:(GET|HEAD|POST|DELETE) )?(/[^`\s?]*)[^`]*`", path.read_text("utf-8"))
    for method, address in named:
        if address not in rules:
            methods = [method] if method else ["GET", "POST"]
            assert any(routes.test(address, one) for one in methods), f"{method} {address}"
        elif method not in ("", "HEAD"):
            assert any(address == r.rule and method in r.methods for r in ROUTES), address


@pytest.mark.parametrize(
    "path", [*PROSE, *sorted((HOME / "templates").rglob("*.html"))], ids=lambda path: path.name
)
def test_commands_in_the_text_work_in_a_fresh_clone(path: Path) -> None:
    """`python` alone has none of the packages: they are in `.venv`."""
    assert not re.findall(r"(?<!\.venv/bin/)\bpython -m \w+", path.read_text("utf-8"))


def commands_in(text: str) -> list[tuple[str, list[str]]]:
    """(command, options) of each `python -m lvs COMMAND …` or `lvs COMMAND …` in code."""
    lines = re.findall(r"(?:\bpython -m |`|bin/)lvs ([^`\n#]*)", text)
    return [
        (words[0], re.findall(r"--[a-z-]+", line))
        for line in lines
        if (words := line.split()) and re.fullmatch(r"[a-z-]+", words[0])
    ]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_commands_and_options_in_the_text_are_there(path: Path) -> None:
    assert isinstance(main, click.Group)
    for name, options in commands_in(path.read_text("utf-8")):
        assert name in main.commands, f"there is no command {name}"
        known = {option for param in main.commands[name].params for option in param.opts}
        assert set(options) <= known, f"{name} has no {set(options) - known}"


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_settings_in_the_text_are_there(path: Path) -> None:
    known = {f"{PREFIX}{name}".upper() for name in (*ServerConfig.model_fields, *RENAMED)}
    known |= set(postgres.VARIABLES)
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", path.read_text("utf-8")))
    assert named <= known, f"there is no setting {named - known}"


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_make_targets_in_the_text_are_there(path: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (HOME / "Makefile").read_text("utf-8"), re.M)
    text = path.read_text("utf-8")
    named = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make ([a-z]+)$", text, re.M)
    assert set(named) <= set(targets), f"there is no target {set(named) - set(targets)}"


OURS = re.compile(
    r"[\w./-]+\.(?:py|js|css|html|sql|md)|(?:lvs|templates|static|tests|bench|docs)/[\w/]*"
)
BASES = ("", "lvs", "templates", "static/js", "tests")


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_files_in_the_text_are_there(path: Path) -> None:
    """Files and folders of ours, from the top or from the folder of their kind."""
    for name in CODE_SPAN.findall(path.read_text("utf-8")):
        if OURS.fullmatch(name):
            assert any((HOME / base / name).exists() for base in BASES), f"there is no {name}"


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_modules_and_names_in_the_text_are_there(path: Path) -> None:
    """`lvs.store.search` is a module, `lvs.metrics.Metrics` something in one."""
    for name in CODE_SPAN.findall(path.read_text("utf-8")):
        if name != "lvs.local" and re.fullmatch(r"lvs(\.\w+)+(\(\))?", name):
            assert pkgutil.resolve_name(name.removesuffix("()"))


# --- the glossary ---


TERMS = re.findall(r"^\| (?!term )([^|]+) \| [^|]+ \|$", document("GLOSSARY.md"), re.M)


@pytest.mark.parametrize("term", TERMS)
def test_every_term_of_the_glossary_is_used(term: str) -> None:
    word = re.compile(r"\b" + re.escape(term).replace(r"\ ", r"[\s_]+"), re.I)
    texts = [path for path in PROSE if path.name != "GLOSSARY.md"]
    texts += [path for folder in ("lvs", "templates") for path in (HOME / folder).rglob("*.*")]
    used = (path for path in texts if path.suffix in (".md", ".py", ".html"))
    assert any(word.search(path.read_text("utf-8")) for path in used), f"nothing uses {term!r}"


def test_a_term_has_one_line_in_the_glossary() -> None:
    assert TERMS
    assert sorted(TERMS) == sorted(set(TERMS))


# --- labels, links, vendored files ---


def vendored() -> list[Path]:
    navigation = (HOME / "static" / "htmx", HOME / "static" / "vendor", HOME / "tests" / "vendor")
    return [path for place in navigation for path in place.rglob("*.js")]


@pytest.mark.parametrize("path", vendored(), ids=lambda path: path.name)
def test_every_vendored_file_has_its_version_and_licence_recorded(path: Path) -> None:
    row = f"`{path.relative_to(HOME).as_posix()}`"
    line = next(line for line in document("IMPLEMENTATION.md").splitlines() if row in line)
    assert re.search(r"\d+\.\d+\.\d+", line)
    assert (path.parent / "LICENSE").exists()


def anchors_of(path: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*PROSE, HOME / "CHANGELOG.md"], ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)#?([^)]*)\)", path.read_text("utf-8")):
        there = (path.parent / target) if target else path
        assert there.exists(), f"there is no {target}"
        assert not anchor or anchor in anchors_of(there), f"{there.name} has no #{anchor}"


def shown() -> str:
    """The text of everything that puts words on a screen."""
    folders = (HOME / "templates", HOME / "lvs", HOME / "static" / "js")
    files = (path for folder in folders for path in folder.rglob("*.*"))
    return "\n".join(
        path.read_text("utf-8") for path in files if path.suffix in (".html", ".py", ".js")
    )


@pytest.mark.parametrize("name", ["QUICKSTART.md", "HOWTO.md", "MONITORING.md"])
def test_labels_in_the_text_are_on_the_screen(name: str) -> None:
    """What is bold in a guide is a button, link or heading that one can press or find."""
    screen = shown()
    for label in re.findall(r"\*\*([^*]+)\*\*", document(name)):
        assert label in screen, f"{label!r} is not on any page"

"""The documents describe every setting, route, event, command and vendored file."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from lvs.application import ROUTES, create_app
from lvs.cli import main
from lvs.config import PREFIX, RENAMED, ServerConfig
from lvs.events import TOPICS
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


@pytest.mark.parametrize(("rule", "methods"), [(rule, methods) for rule, _, methods in ROUTES])
def test_every_route_is_documented(rule: str, methods: list[str]) -> None:
    for method in methods:
        without_slash = rule.rstrip("/") or "/"  # headsets use both forms
        assert f"`{method} {without_slash}`" in document("API.md")


def test_no_route_is_documented_that_is_not_there() -> None:
    known = {f"{method} {rule}" for rule, _, methods in ROUTES for method in methods}
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", document("API.md"), re.M)) <= known


@pytest.mark.parametrize("topic", list(TOPICS))
def test_every_event_is_documented(topic: str) -> None:
    assert f"| `{topic}` | {TOPICS[topic]} |" in document("API.md")  # type: ignore[index]


def test_every_command_is_documented() -> None:
    assert isinstance(main, click.Group)
    for name in main.commands:
        assert f"`.venv/bin/python -m lvs {name}`" in document("IMPLEMENTATION.md")


PROSE = [HOME / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_addresses_in_the_text_are_there(path: Path) -> None:
    routes = create_app().url_map.bind("localhost")
    rules = {rule for rule, _, _ in ROUTES}
    named = re.findall(r"`(?:(GET|HEAD|POST|DELETE) )?(/[^`\s?]*)[^`]*`", path.read_text("utf-8"))
    for method, address in named:
        if address not in rules:
            methods = [method] if method else ["GET", "POST"]
            assert any(routes.test(address, one) for one in methods), f"{method} {address}"
        elif method not in ("", "HEAD"):
            assert any(address == rule and method in found for rule, _, found in ROUTES), address


@pytest.mark.parametrize(
    "path", [*PROSE, *sorted((HOME / "templates").rglob("*.html"))], ids=lambda path: path.name
)
def test_commands_in_the_text_work_in_a_fresh_clone(path: Path) -> None:
    """`python` alone has none of the packages: they are in `.venv`."""
    assert not re.findall(r"(?<!\.venv/bin/)\bpython -m \w+", path.read_text("utf-8"))


def vendored() -> list[Path]:
    places = (HOME / "static" / "htmx", HOME / "static" / "vendor", HOME / "tests" / "vendor")
    return [path for place in places for path in place.rglob("*.js")]


@pytest.mark.parametrize("path", vendored(), ids=lambda path: path.name)
def test_every_vendored_file_has_its_version_and_licence_recorded(path: Path) -> None:
    row = f"`{path.relative_to(HOME).as_posix()}`"
    line = next(line for line in document("IMPLEMENTATION.md").splitlines() if row in line)
    assert re.search(r"\d+\.\d+\.\d+", line)
    assert (path.parent / "LICENSE").exists()


def test_links_between_documents_lead_somewhere() -> None:
    for path in (HOME / "README.md", HOME / "CHANGELOG.md", *DOCS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"

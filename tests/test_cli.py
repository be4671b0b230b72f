"""The command line: options keep their old names until the next release."""

from __future__ import annotations

import click
import pytest

from lvs.cli.main import main


@pytest.mark.parametrize(
    ("command", "old", "new", "value"),
    [
        ("cleanup", "--missing-for", "--missing-days", ["5"]),
        ("load-test", "--anywhere", "--allow-remote", []),
    ],
)
def test_an_option_is_accepted_by_its_old_name(
    command: str, old: str, new: str, value: list[str]
) -> None:
    assert isinstance(main, click.Group)
    parsed = [
        main.commands[command].make_context(command, [name, *value]).params for name in (old, new)
    ]
    assert parsed[0] == parsed[1] != main.commands[command].make_context(command, []).params

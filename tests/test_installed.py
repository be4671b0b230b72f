"""The program as its wheel installs it: complete, and at home in any folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import HOME, Process


def run(*command: str, cwd: Path, **more: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LVS_")}
    done = subprocess.run(
        command, cwd=cwd, env={**environment, **more}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments: str, cwd: Path) -> None:
    run(sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps", "--no-index", cwd=cwd)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(HOME), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    folder = wheel.parent / "installed"
    pip("install", "--target", str(folder), str(wheel), cwd=wheel.parent)
    return folder


@pytest.fixture
def search_path(installed: Path) -> str:
    """The installed program and what it needs; nothing of the source tree."""
    return os.pathsep.join((str(installed), sysconfig.get_path("purelib")))


def test_the_wheel_has_every_file_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, where in (("lvs", ""), ("templates", "lvs/"), ("static", "lvs/")):
        for path in (HOME / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert where + path.relative_to(HOME).as_posix() in names
    assert not [name for name in names if name.startswith(("tests", "bench", "templates"))]


def test_the_wheel_requires_exactly_what_the_tests_ran_with(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    required = re.findall(
        r"^Requires-Dist: ([\w-]+==[\w.]+)", archive.read(metadata).decode(), re.M
    )
    pinned = re.findall(r"^([\w-]+==[\w.]+)", (HOME / "requirements.txt").read_text(), re.M)
    assert sorted(required) == sorted(pinned)


def test_the_lvs_command_is_at_home_in_any_folder(
    installed: Path, search_path: str, tmp_path: Path
) -> None:
    (tmp_path / "lvs.py").write_text("raise SystemExit('this is not the program')")
    lvs = str(installed / "bin" / "lvs")
    settings = {"LVS_PORT": "0", "LVS_HTTPS_PORT": "0", "COLUMNS": "200"}
    report = run(lvs, "doctor", cwd=tmp_path, PYTHONPATH=search_path, **settings)
    assert f"Video folder {tmp_path / 'videos'}" in report
    assert [path.name for path in tmp_path.iterdir()] == ["lvs.py"]


def test_an_installed_server_has_its_pages_scripts_and_workers(
    search_path: str, installed: Path, videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    age(videos)
    (tmp_path / "lvs.py").write_text("raise SystemExit('this is not the program')")
    server = Process(videos, tmp_path / "data", {"PYTHONPATH": search_path})
    server.command = (str(installed / "bin" / "lvs"), "serve")
    with server:
        server.wait_for(lambda: 'data-state="ready"' in server.get("/all").text, "the thumbnail")
        page = server.get("/all")
        scripts = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert any("/static/bundles/" in script for script in scripts)
        vendored = ["/static/vendor/three/three.module.js", "/favicon.ico"]
        for path in (*scripts, *vendored):
            assert server.get(path).status == 200, path
        assert "<code>lvs restore NAME</code>" in server.get("/admin/maintenance").text

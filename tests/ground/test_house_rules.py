"""What holds for the whole house: its layout, the length of its files, where the clock is read."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = {
    "delivery", "notifications", "templates", "tests",
    "settings.toml", "pyproject.toml", "README.md", "Makefile", "LICENSE", "requirements.lock",
}  # fmt: skip
LONGEST_FILE = 300
LONGEST_FUNCTION = 45


def _ours(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def _id(file: Path) -> str:
    return str(file.relative_to(ROOT))


CODE = _ours("delivery", "notifications")


def test_nothing_stands_at_the_top_that_was_not_agreed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    top = {line.split("/")[0] for line in listed}
    assert {name for name in top if not name.startswith(".")} <= TOP


@pytest.mark.parametrize("file", [f for f in CODE if "migrations" not in f.parts], ids=_id)
def test_files_and_functions_stay_short(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("file", CODE, ids=_id)
def test_every_file_says_what_it_is_for(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


CLOCKS = re.compile(r"datetime\.now\(|utcnow\(|time\.time\(\)|date\.today\(")
#: `worker.py` tells APScheduler when to begin; nothing of ours depends on it.
MAY_LOOK = {"delivery/clock.py", "delivery/worker.py"}


@pytest.mark.parametrize("file", [f for f in CODE if _id(f) not in MAY_LOOK], ids=_id)
def test_only_the_clock_is_asked_for_the_time(file: Path) -> None:
    assert not CLOCKS.search(file.read_text("utf-8"))


@pytest.mark.parametrize("file", _ours("notifications"), ids=_id)
def test_messages_know_nothing_of_deliveries(file: Path) -> None:
    assert not re.search(r"^\s*(from|import) delivery", file.read_text("utf-8"), re.M)


def test_no_address_of_a_package_index_is_kept() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / ".ci" / "requirements-dev.lock"):
        assert "://" not in lock.read_text()


def test_no_server_configures_logging_as_it_starts() -> None:
    """uvicorn's own way takes every lock of logging: beside a thread that logs, both may hang."""
    servers = [
        node
        for file in _ours("delivery", "notifications", "tests")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "uvicorn.Config"
    ]
    assert len(servers) > 3
    for each in servers:
        assert "log_config=None" in [ast.unparse(word) for word in each.keywords], each.lineno

"""perille notices"""

from __future__ import annotations

import argparse

from delivery.assets import asset
from notifications.mjml import compile_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; say what is old")


def run(asked: argparse.Namespace) -> int:
    """Write the e-mails anew, or with `--check` fail where one is not what its source gives."""
    folder = asset("templates/notices")
    old = []
    for file, content in compile_folder(folder).items():
        if not file.exists() or file.read_text("utf-8") != content:
            old.append(file)
            if not asked.check:
                file.write_text(content, "utf-8")
    for file in old:
        print(f"{'old' if asked.check else 'written'}: {file.relative_to(folder)}")
    return 1 if asked.check and old else 0

#!/usr/bin/env python3
"""The includes follow the direction of dependencies: each folder names only what the table below lets it know.

Usage: layout_test.py ROOT. Fails naming every include that goes the wrong way.
"""
import pathlib
import re
import sys

MAY_KNOW = {
    "base": {"base"},
    "schema": {"base", "schema"},
    "mcp": {"base", "schema", "mcp"},
    "workflow": {"base", "schema", "workflow"},
    "tools": {"base", "schema", "mcp", "workflow", "tools"},
    "store": {"base", "schema", "workflow", "store"},
    "server": {"base", "schema", "mcp", "workflow", "tools", "store", "server"},
}
INCLUDE = re.compile(r'^\s*#include\s+"([a-z_]+)/', re.M)


def wrong_includes(root):
    for folder, allowed in MAY_KNOW.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".h", ".cc"}:
                continue
            for named in INCLUDE.findall(path.read_text(encoding="utf-8")):
                if named not in allowed:
                    yield f"{path.relative_to(root)} includes {named}/, which {folder}/ must not know"


def main():
    root = pathlib.Path(sys.argv[1])
    if not any((root / folder).is_dir() for folder in MAY_KNOW):
        sys.exit(f"{root} holds none of the folders: nothing was checked")
    wrong = list(wrong_includes(root))
    print("\n".join(wrong) or "every include follows the table")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

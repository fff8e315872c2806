#!/usr/bin/env python3
"""Every code of a refusal is explained in docs/errors.md, or is a rule of lint's in docs/lint.md.

Usage: error_codes_test.py ROOT. Fails naming every code that is in neither.
"""
import pathlib
import re
import sys

FOLDERS = ["base", "schema", "mcp", "workflow", "tools", "store", "server"]
CODE = re.compile(r'(?:refuse\(|Refusal\{|fail\(\{|refused\(\{)\s*"([a-z_]+)"')


def main():
    root = pathlib.Path(sys.argv[1])
    places = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.cc")):
            for code in CODE.findall(path.read_text(encoding="utf-8")):
                places.setdefault(code, path.relative_to(root))
    if len(places) < 50:
        sys.exit(f"only {len(places)} codes were found under {root}: this test looks for them in the wrong way")
    explained = set()
    for page in ["errors.md", "lint.md"]:
        explained.update(re.findall(r"`([a-z_]+)`", (root / "docs" / page).read_text(encoding="utf-8")))
    unexplained = [f"{code} ({places[code]}) is not in docs/errors.md" for code in sorted(places.keys() - explained)]
    print("\n".join(unexplained) or f"all {len(places)} codes are explained")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()

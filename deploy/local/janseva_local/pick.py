"""Picks a value out of JSON on stdin: `... | python -m janseva_local.pick station.code`; a number indexes a list."""

import argparse
import json
import re
import sys
from typing import Any


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m janseva_local.pick", description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--digits", action="store_true", help="the first run of six digits in the value")
    options = parser.parse_args()
    text = sys.stdin.read()
    try:
        value = pick(json.loads(text), options.path)
    except (LookupError, TypeError, ValueError):
        sys.stderr.write(f"no {options.path} in: {text[:500]}\n")
        return 1
    if options.digits:
        found = re.search(r"(?<!\d)\d{6}(?!\d)", str(value))
        if found is None:
            sys.stderr.write(f"no six digits in: {value}\n")
            return 1
        value = found.group()
    sys.stdout.write(f"{value}\n")
    return 0


def pick(document: Any, path: str) -> Any:
    """LookupError or TypeError if the path leads nowhere."""
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


if __name__ == "__main__":
    sys.exit(main())

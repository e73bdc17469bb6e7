"""Pick a value out of JSON on stdin: `... | python -m janseva_local.pick station.code`; a number indexes a list."""

import json
import re
import sys
from typing import Any

from janseva_local.__main__ import main


def pick_from_stdin(path: str, *, digits: bool) -> int:
    text = sys.stdin.read()
    try:
        value = pick(json.loads(text), path)
    except (LookupError, TypeError, ValueError):
        sys.stderr.write(f"no {path} in: {text[:500]}\n")
        return 1
    if digits:
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
    sys.exit(main(["pick", *sys.argv[1:]]))

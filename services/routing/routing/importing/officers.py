"""A CSV of posts: office telephones and e-mails, vacancies, who stands in. People's own numbers do not belong here."""

import csv
import re
from pathlib import Path
from typing import Final

from routing.directory import Directory, PostDetails
from routing.importing.report import ImportRefused, Report

NEEDED: Final = ("station", "post")
PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{2,18}")
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TRUE: Final = frozenset({"1", "true", "yes", "y"})


def import_officers(path: Path, directory: Directory, report: Report) -> dict[str, PostDetails]:
    """What the file says of each post, by its key `station:post`. Columns: station, post, office_phone, ..."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise ImportRefused(f"the file has no column for {', '.join(missing)}")
        rows = [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
    found: dict[str, PostDetails] = {}
    for line, row in enumerate(rows, start=2):
        said = f"{row['station']}:{row['post']}"
        # A sub-division's office may be named by any station under it.
        key = directory.offices.get(said, said)
        phone, email, acting = row.get("office_phone", ""), row.get("office_email", ""), row.get("acting", "")
        if key not in directory.posts:
            report.reject("unknown_post", f"line {line}", key)
        elif key in found:
            report.reject("duplicate_post", f"line {line}", key)
        elif phone and not PHONE.fullmatch(phone):
            report.reject("unreadable_phone", f"line {line}", key)
        elif email and not EMAIL.fullmatch(email):
            report.reject("unreadable_email", f"line {line}", key)
        elif acting and acting not in directory.posts:
            report.reject("unknown_acting_post", f"line {line}", acting)
        else:
            vacant = row.get("vacant", "").casefold() in TRUE
            found[key] = PostDetails(phone or None, email or None, vacant, acting or None)
    report.figures |= {"rows": len(rows), "posts accepted": len(found)}
    if not found:
        raise ImportRefused("the file has no usable post: nothing was changed")
    return found

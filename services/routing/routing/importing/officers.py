"""A CSV of posts: office telephones and e-mails, vacancies, who stands in. People's own numbers do not belong here."""

import re
from pathlib import Path
from typing import Final

from chassis.importing.cells import clean_code, yes_or_no
from chassis.importing.report import ImportRefused, Report
from chassis.importing.table import Columns, read_table
from routing.directory import Directory, PostDetails

NEEDED: Final = ("station", "post")
COLUMNS: Final[Columns] = {
    name: (name,) for name in ("station", "post", "office_phone", "office_email", "vacant", "acting")
}
PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{2,18}")
EMAIL: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


def import_officers(path: Path, directory: Directory, report: Report) -> dict[str, PostDetails]:
    """What the file says of each post, by its key `station:post`. Columns: station, post, office_phone, ..."""
    rows = read_table(path, COLUMNS, NEEDED, report)
    found: dict[str, PostDetails] = {}
    for where, row in rows:
        post_key = f"{clean_code(row['station']) or row['station']}:{row['post'].upper()}"
        # A sub-division's office may be named by any station under it.
        key = directory.offices.get(post_key, post_key)
        phone, email, acting = row["office_phone"], row["office_email"], row["acting"]
        if key not in directory.posts:
            report.reject("unknown_post", where, key)
        elif key in found:
            report.reject("duplicate_post", where, key)
        elif phone and not PHONE.fullmatch(phone):
            report.reject("unreadable_phone", where, key)
        elif email and not EMAIL.fullmatch(email):
            report.reject("unreadable_email", where, key)
        elif acting and acting not in directory.posts:
            report.reject("unknown_acting_post", where, acting)
        elif acting == key:
            report.reject("stands_in_for_itself", where, key)
        elif (vacant := yes_or_no(row["vacant"] or "no")) is None:
            report.reject("neither_yes_nor_no", where, f"vacant is '{row['vacant'][:40]}'")
        else:
            found[key] = PostDetails(phone or None, email or None, vacant, acting or None)
    report.figures |= {"rows": len(rows), "posts accepted": len(found)}
    if not found:
        raise ImportRefused("the file has no usable post: nothing was changed")
    return found

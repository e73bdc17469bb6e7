"""What is signed, and the transaction that binds a signature to it: pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from event_schemas import PersonalData
from intake.case.keys import Keys
from intake.case.model import Case

LIFE: Final = timedelta(minutes=15)
_FORM: Final = re.compile(r"(c_[0-9A-Z]{26})\.([0-9]{1,12})\.([0-9a-f]{64})\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Transaction:
    """Its id says all of it under a MAC of ours, so that nothing has to be stored until it is signed."""

    transaction_id: str
    case_id: str
    expires_at: datetime
    sha256: str


def new_transaction(case: Case, text: str, now: datetime, keys: Keys) -> Transaction:
    expires = int((now + LIFE).timestamp())
    payload = f"{case.case_id}.{expires}.{sha256_of(text)}"
    return _read(f"{payload}.{keys.signing(payload)}", payload)


def read_transaction(text: str, keys: Keys) -> Transaction | None:
    """None for what is not one of ours."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    payload, _, mac = text.rpartition(".")
    return _read(text, payload) if keys.is_signing(payload, mac) else None


def _read(text: str, payload: str) -> Transaction:
    case_id, expires, sha256 = payload.split(".")
    return Transaction(text, case_id, datetime.fromtimestamp(int(expires), UTC), sha256)


def information_text(case: Case, personal: PersonalData, titles: Mapping[str, str]) -> str:
    """The information as it is on record, line by line: `titles` are the questions' by the answers' names."""
    lines = [case.tracking_number, case.service_code, case.filed_at.isoformat(timespec="milliseconds")]
    lines += [text for text in (personal.name, personal.address, personal.description) if text]
    answers: dict[str, Any] = {**case.attributes, **personal.attributes}
    lines += [f"{titles.get(name, name)}: {answers[name]}" for name in sorted(answers)]
    return "\n".join(lines) + "\n"


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

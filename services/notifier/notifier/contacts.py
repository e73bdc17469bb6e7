"""Finds the address a notice goes to, at the moment it is sent: opened from the seal or looked up in the directory."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from chassis.sealing import KeyRing, SealError
from event_schemas import PersonalData

from .directory import Directory, Missing
from .domain import CaseCard, Notice
from .safe_contact import Delivery, delivery_of

NO_CONTACT: Final = "no_contact"
_PHONE: Final = re.compile(r"^\+?[1-9][0-9]{7,14}$")


class Unreachable(Exception):
    """There is no address. `retry`: there may be one soon."""

    def __init__(self, code: str, *, retry: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.retry = retry


class Contacts:
    def __init__(self, keys: KeyRing, directory: Directory) -> None:
        self._keys = keys
        self._directory = directory

    def phone_of(self, notice: Notice, card: CaseCard | None) -> str:
        """The number to send to; Unreachable if there is none."""
        if notice.audience == "office":
            phone = self._office(notice)
        elif notice.contact is not None:
            phone = self._sealed(notice.case_id, notice.contact)
        else:
            phone = self._citizen(card)
        if not _PHONE.fullmatch(phone):
            raise Unreachable("invalid_contact")
        return phone

    def delivery_of(self, notice: Notice, card: CaseCard | None, now: datetime) -> Delivery:
        return delivery_of(self._keys, notice, card, now)

    def claimed_by(self, card: CaseCard | None) -> str | None:
        """The number that a case was filed with; None if there is none, or none that can be read."""
        try:
            return self._citizen(card)
        except Unreachable:
            return None

    def _office(self, notice: Notice) -> str:
        if notice.post is None:
            raise Unreachable(NO_CONTACT)
        found = self._directory.phone_of(notice.post)
        if isinstance(found, Missing):
            # A post we have not heard of yet: the directory may be a moment behind the assignment.
            raise Unreachable(NO_CONTACT, retry=found is Missing.UNKNOWN_POST)
        return found

    def _citizen(self, card: CaseCard | None) -> str:
        if card is None or card.sealed is None:
            raise Unreachable(NO_CONTACT)
        return self._sealed(card.case_id, card.sealed)

    def _sealed(self, case_id: str, sealed: str) -> str:
        try:
            phone = PersonalData.from_json(self._keys.open(case_id, sealed)).phone
        except SealError as error:
            raise Unreachable(f"seal_{error.reason}") from error
        except ValidationError:
            # Not chained: pydantic's message quotes the contact.
            raise Unreachable("seal_content") from None
        if not phone:
            raise Unreachable(NO_CONTACT)
        return phone

"""Phone numbers in E.164, and whether an SMS can reach one: the one place that reads what people type as a phone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from chassis.codes import plain_code

# phonenumbers' own limit; the patterns behind it are not asked for more.
LONGEST: Final = 250
# What belongs to no country: satellite phones (870, 881), global networks and freephone (800, 882, 883, 979 ...).
_NO_COUNTRY: Final = "001"
_GETS_SMS: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class NoSms(StrEnum):
    """Why a valid number gets no SMS."""

    LANDLINE = "landline"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM = "premium"
    SATELLITE = "satellite"
    OTHER = "other"


_REASONS: Final = {
    PhoneNumberType.FIXED_LINE: NoSms.LANDLINE,
    PhoneNumberType.TOLL_FREE: NoSms.TOLL_FREE,
    PhoneNumberType.SHARED_COST: NoSms.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE: NoSms.PREMIUM,
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A valid number. `no_sms` is None for a mobile one, Indian or foreign: people abroad have cases too."""

    e164: str
    has_extension: bool
    no_sms: NoSms | None


def read_phone_number(text: str) -> Phone | None:
    """The number, or None; an Indian number may come without its country code, in any script's digits."""
    if len(text) > LONGEST:
        return None
    try:
        number = phonenumbers.parse(plain_code(text, LONGEST), "IN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Phone(e164, bool(number.extension), _no_sms(number))


def parse_phone(text: str) -> str | None:
    """The number in E.164, or None."""
    phone = read_phone_number(text)
    return phone.e164 if phone else None


def _no_sms(number: phonenumbers.PhoneNumber) -> NoSms | None:
    kind = phonenumbers.number_type(number)
    if phonenumbers.region_code_for_number(number) == _NO_COUNTRY:
        return _REASONS.get(kind, NoSms.SATELLITE)
    return None if kind in _GETS_SMS else _REASONS.get(kind, NoSms.OTHER)

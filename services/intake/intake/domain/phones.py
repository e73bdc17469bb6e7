"""Phone numbers in E.164."""

import phonenumbers

from chassis.codes import plain_code

# phonenumbers' own limit; the patterns behind it are not asked for more.
LONGEST = 250


def parse_phone(text: str) -> str | None:
    """The number in E.164, or None; an Indian number may come without its country code, in any script's digits."""
    if len(text) > LONGEST:
        return None
    try:
        number = phonenumbers.parse(plain_code(text, LONGEST), "IN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

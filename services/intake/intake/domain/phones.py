"""Phone numbers in E.164."""

import phonenumbers


def parse_phone(text: str) -> str | None:
    """The number in E.164, or None; an Indian number may come without its country code, in any script's digits."""
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

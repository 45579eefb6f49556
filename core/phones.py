"""Phone numbers as people write them, brought to E.164; the scheme's region is China."""

from __future__ import annotations

import phonenumbers

REGION = "CN"


def e164(text: str) -> str | None:
    """The number in E.164 (`+8613912345678`), or None where `text` is no valid number of any kind."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(number: str) -> bool:
    """Whether an E.164 number can take a text message: a mobile, or one that cannot be told from a mobile."""
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}

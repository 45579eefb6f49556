"""Reading who somebody is: names, resident ID numbers, references; and what a place is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.util import isdigits

from core.domain.reference import is_reference
from core.services.importing.cells import Unfit

# Older than anybody has become.
_OLDEST = 125

# All ideographs with their extensions, and 〇; the point stands in the names of some nationalities.
_IDEOGRAPH = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_CHINESE_NAME = re.compile(f"(?=.{{2,30}}$)[{_IDEOGRAPH}]+(·[{_IDEOGRAPH}]+)*")
_POINTS = dict.fromkeys(map(ord, "•・‧∙．｡⋅●."), "·")

# GB/T 2260: the first two digits of an ID number, by region; 83 are residents from Taiwan.
_REGIONS = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82, 83))
_PROVINCES = frozenset(str(province) for region in _REGIONS for province in region)


def chinese_name(text: str) -> str:
    """A name of 2 to 30 Chinese characters; spaces put between them for looks are taken out."""
    name = unicodedata.normalize("NFC", "".join(text.split())).translate(_POINTS)
    if not _CHINESE_NAME.fullmatch(name):
        raise Unfit("must be 2 to 30 Chinese characters (a · may stand between them)")
    return name


def staff_name(text: str) -> str:
    """A name of 2 to 30 characters in any script, without digits."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= 30 or not name.isprintable() or any(c.isdigit() for c in name):
        raise Unfit("must be 2 to 30 characters without digits")
    return name


def place_name(text: str) -> str:
    """What a place is called, in up to 64 characters."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > 64 or not name.isprintable():
        raise Unfit("must be up to 64 characters")
    return name


def place_code(text: str) -> str:
    """An area's code: up to 32 characters without spaces."""
    code = unicodedata.normalize("NFKC", text)
    if len(code) > 32 or not code.isprintable() or " " in code:
        raise Unfit("must be a code of up to 32 characters without spaces")
    return code


def reference(text: str) -> str:
    """A reference as this line gives them."""
    number = "".join(unicodedata.normalize("NFKC", text).split())
    if not is_reference(number):
        raise Unfit("is not a reference of this line: leave it empty and one is given")
    return number


def id_number(today: date) -> Callable[[str], str]:
    """A reader of resident ID numbers: 18 characters, the last checking the others, the birth date before `today`.

    The county code is not looked at (`has_known_province`): counties came and went since the oldest were born.
    """

    def parse(text: str) -> str:
        number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
        if len(number) == 15 and isdigits(number):
            raise Unfit("is an old number of 15 digits: enter the 18 of the ID card or the household register")
        if len(number) != 18 or not isdigits(number[:-1]) or number[-1] not in "0123456789X":
            raise Unfit("must be 17 digits and a last digit or X")
        if ric.calc_check_digit(number) != number[-1]:
            raise Unfit("does not agree with its last character: some digit is mistyped")
        try:
            born = ric.get_birth_date(number)
        except ValidationError:
            raise Unfit("holds a birth date that does not exist") from None
        if not today.year - _OLDEST <= born.year or born > today:
            raise Unfit("holds a birth date that nobody alive can have")
        return number

    return parse


def has_known_province(number: str) -> bool:
    """Whether an ID number begins with the digits of a province."""
    return number[:2] in _PROVINCES

"""core/delivery/segments: how many parts a phone makes of a text, and how long it counts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.delivery.segments import is_gsm, segments, units

PAIR = "😀"

CASES = [
    ("nothing", "", 0, 1),
    ("Chinese that just fits one part", "奖" * 70, 70, 1),
    ("Chinese one over one part", "奖" * 71, 71, 2),
    ("Chinese that just fits two parts", "奖" * 67 * 2, 134, 2),
    ("Chinese one over two parts", "奖" * (67 * 2 + 1), 135, 3),
    ("Chinese that just fits three parts", "奖" * 67 * 3, 201, 3),
    ("one Chinese character makes the whole text UCS-2", "a" * 70 + "奖", 71, 2),
    ("a pair at the end of one part", "奖" * 68 + PAIR, 70, 1),
    ("a pair one over one part", "奖" * 69 + PAIR, 71, 2),
    ("a pair that would be cut goes to the next part", "奖" * 66 + PAIR + "奖" * 66, 134, 3),
    ("a pair that just fits a part", "奖" * 65 + PAIR + "奖" * 67, 134, 2),
    ("only pairs, one part", PAIR * 35, 70, 1),
    ("only pairs, 33 to a part", PAIR * 66, 132, 2),
    ("only pairs, one over", PAIR * 67, 134, 3),
    ("English that just fits one part", "a" * 160, 160, 1),
    ("English one over one part", "a" * 161, 161, 2),
    ("English that just fits two parts", "a" * 153 * 2, 306, 2),
    ("English one over two parts", "a" * (153 * 2 + 1), 307, 3),
    ("an extension character costs two", "[" * 80, 160, 1),
    ("an extension character costs two, one over", "[" * 81, 162, 2),
    ("an escape that would be cut goes to the next part", "a" * 152 + "[" + "a" * 152, 306, 3),
    ("an escape that just fits a part", "a" * 151 + "[" + "a" * 153, 306, 2),
    ("the euro is an extension character", "€" * 80, 160, 1),
    ("Greek capitals of the alphabet are one septet", "ΔΦΓΛΩΠΨΣΘΞ" * 16, 160, 1),
    ("a back-tick is in no GSM alphabet", "`" * 70, 70, 1),
    ("a capital with an accent that GSM lacks", "Á" * 71, 71, 2),
    ("a tab is in no GSM alphabet", "\t" * 71, 71, 2),
    ("line breaks are one septet", "\n\r" * 80, 160, 1),
    ("the escape itself is no character", "\x1b" * 71, 71, 2),
    ("the Chinese signature counts", "【奖扶办】" + "奖" * 65, 70, 1),
    ("the English signature's brackets count two each", "[JF Office]" + "a" * 147, 160, 1),
    ("the English signature, one over", "[JF Office]" + "a" * 148, 161, 2),
]


@pytest.mark.parametrize(("label", "text", "length", "parts"), CASES, ids=[case[0] for case in CASES])
def test_length_and_parts(label: str, text: str, length: int, parts: int) -> None:
    """The edge is where 3GPP TS 23.038 and 23.040 put it."""
    assert (units(text), segments(text)) == (length, parts)


@given(st.text(st.sampled_from("a[€奖😀\n"), max_size=400))
def test_parts_hold_what_they_may(text: str) -> None:
    """Never fewer parts than the units need, and never more than one unit lost at each edge."""
    one, each = (160, 153) if is_gsm(text) else (70, 67)
    if units(text) <= one:
        assert segments(text) == 1
    else:
        assert -(-units(text) // each) <= segments(text) <= -(-units(text) // (each - 1))


@given(st.text(max_size=300))
def test_units_of_what_gsm_cannot_carry_are_utf_16(text: str) -> None:
    """What goes as UCS-2 is as long as its UTF-16 form."""
    if not is_gsm(text):
        assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2

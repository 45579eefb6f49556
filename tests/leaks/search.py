"""Looking for a word in stolen bytes, in every form in which a program, a database or a log may have put it there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def forms(word: str) -> set[bytes]:
    """`word` in each encoding, as it is, in hexadecimal and in base64, whatever stands before it; with the escapes of
    JSON, and with those of a URL."""
    found = set()
    for encoding in ENCODINGS:
        plain = word.encode(encoding)
        found |= {plain, plain.hex().encode(), plain.hex().upper().encode(), *_in_base64(plain)}
        found |= {quote(plain).encode(), quote(plain).lower().encode()}
    escaped = json.dumps(word)[1:-1]
    upper = "\\u".join(
        part[:4].upper() + part[4:] if number else part for number, part in enumerate(escaped.split("\\u"))
    )
    return found | {escaped.encode(), upper.encode()}


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """For each place at which it may begin, the letters that it alone decides, in both alphabets."""
    for before in range(3):
        first, last = -(-before * 4 // 3), (before + len(plain)) * 8 // 6
        padded = bytes(before) + plain
        letters = base64.b64encode(padded + bytes(-len(padded) % 3))[first:last]
        yield letters
        yield letters.replace(b"+", b"-").replace(b"/", b"_")


def files_in(*places: Path) -> Iterator[Path]:
    """Every file under these."""
    for place in places:
        yield from (path for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink())


def found_in(stolen: Iterable[tuple[str, bytes]], words: Iterable[str]) -> list[str]:
    """Where one of `words` stands, in whatever form."""
    needles = {form: word for word in words for form in forms(word)}
    return [f"{word} in {name}" for name, content in stolen for form, word in needles.items() if form in content]

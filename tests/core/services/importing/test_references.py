"""core/services/importing/references: from a plain list or a table, and nothing else is taken for a reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.reference import draw_reference
from core.services.importing.references import references_in
from core.services.importing.table import FileRefused


@pytest.mark.parametrize(
    "text",
    [
        "{a}\n{b}\n",
        "{a}\r\n\r\n {b}\r\n",
        "\ufeff{a}\n{b}",
        "ref\n{a}\n{b}\n",
        "编号\n{a}\n{b}\n{a}\n",
        "line,ref\n2,{a}\n3,{b}\n",
        "姓名\t编号\n王桂兰\t{a}\n李桂兰\t{b}\n",
        "\n\nRef,year\n{a},2026\n{b},2026\n",
    ],
)
def test_a_list_or_a_table(tmp_path: Path, text: str) -> None:
    """Each once, in the file's order."""
    first, second = draw_reference(), draw_reference()
    file = tmp_path / "refs.txt"
    file.write_text(text.format(a=first, b=second), "utf-8")
    assert references_in(file) == [first, second]


@pytest.mark.parametrize(
    ("text", "line"),
    [("{a}\n12345678\n", 2), ("{a}\n王桂兰\n", 2), ("name\n{a}\n", 1), ("ref,year\n{a},2026\n,2026\n", 3)],
)
def test_what_is_no_reference_stops_it(tmp_path: Path, text: str, line: int) -> None:
    """The line is named, what stands there is not: it may be anybody's name."""
    file = tmp_path / "refs.txt"
    file.write_text(text.format(a=draw_reference()), "utf-8")
    with pytest.raises(FileRefused, match=f"^line {line} holds no reference") as refused:
        references_in(file)
    assert "王" not in str(refused.value)


def test_an_empty_file_names_nobody(tmp_path: Path) -> None:
    """There is nobody to move."""
    (tmp_path / "refs.txt").write_bytes(b"\n\n")
    assert references_in(tmp_path / "refs.txt") == []


@pytest.mark.parametrize("content", [None, b"PK\x03\x04\x00\x00"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """One line says so."""
    if content is not None:
        (tmp_path / "refs.xlsx").write_bytes(content)
    with pytest.raises(FileRefused):
        references_in(tmp_path / "refs.xlsx")

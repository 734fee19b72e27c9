"""The source list in a file: whatever it was saved as, a unit on each line, and every bad line told at once."""

import pytest

from syndicate.model.listing import Unit
from syndicate.model.problem import Invalid
from syndicate.model.source_file import read_units

NAMES = ["远山通讯社", "湖畔日报", "柳湾周刊"]
TEXT = "\n".join(NAMES)


def names(content: bytes) -> list[str]:
    return [unit.name for unit in read_units(content)]


def mistakes(content: bytes) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read_units(content)
    return {problem.field: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_is_read_in_every_encoding_that_people_save_it_in(encoding: str, newline: str):
    assert names((newline.join(NAMES) + newline).encode(encoding)) == NAMES


def test_what_stands_beside_a_unit_is_kept():
    assert read_units("远山通讯社,中央,北京\n湖畔日报,省级,湖北".encode()) == (
        Unit(name="远山通讯社", further=("中央", "北京")),
        Unit(name="湖畔日报", further=("省级", "湖北")),
    )


@pytest.mark.parametrize(
    "table",
    [
        "序号,单位名称,级别\n1,远山通讯社,中央\n2,湖畔日报,省级",
        "序号\t稿源单位\t级别\n1\t远山通讯社\t中央\n2\t湖畔日报\t省级",
    ],
)
def test_a_line_of_headings_tells_where_the_units_name_stands(table: str):
    units = read_units(table.encode())

    assert [(unit.name, unit.further) for unit in units] == [
        ("远山通讯社", ("1", "中央")),
        ("湖畔日报", ("2", "省级")),
    ]


def test_a_name_with_a_comma_may_stand_in_quotes():
    assert names(b'"Far Hills, Press Agency",national') == ["Far Hills, Press Agency"]


def test_empty_lines_and_remarks_are_no_units():
    assert names(f"# 2025年6月版\n\n{TEXT}\n,,\n".encode()) == NAMES


def test_every_bad_line_is_told_at_once_with_its_number():
    content = "远山通讯社\n\n3\n湖畔日报,省级\n,省级\n" + "长" * 201 + "\n\uff21社\nA社\n" + '"柳湾周刊\n远山通讯社 '

    told = mistakes(content.encode())

    assert list(told) == ["line 3", "line 5", "line 6", "line 8", "line 9", "line 10"]
    assert told["line 3"].startswith("'3' is a number and no unit")
    assert told["line 5"] == "names no unit"
    assert told["line 6"].startswith("name ")
    assert told["line 8"] == "A社 stands on line 7 already"
    assert told["line 9"].startswith("its quotes are wrong")
    assert told["line 10"] == "远山通讯社 stands on line 1 already"


def test_a_damaged_line_is_told_and_never_read_in_another_encoding():
    content = TEXT.encode() + b"\n" + "松岗新闻网".encode()[:-1] + b"\n"

    assert mistakes(content) == {"line 4": "can't be read as UTF-8 or GB18030; save the file as UTF-8"}


def test_what_is_neither_says_so():
    assert "UTF-16" in mistakes(TEXT.encode("utf-16"))[""]


@pytest.mark.parametrize("content", [b"", b"\n\n", "# 无\n".encode(), "单位名称\n".encode()])
def test_a_file_without_a_unit_is_a_mistake(content: bytes):
    assert "no unit" in mistakes(content)[""]

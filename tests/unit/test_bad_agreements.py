"""Mistakes in a partner's file: all of them at once, each with file, key and the mend."""

from pathlib import Path

import pytest

from syndicate.configuration import read_newsroom
from syndicate.model.problem import Invalid
from syndicate.settings import read_settings
from tests.builders import CONFIG

SETTINGS = (CONFIG / "syndicate.toml").read_text(encoding="utf-8")
SECTIONS = 'sections = ["要闻 > 水上", "要闻 > 城建", "副刊"]'
SOUND = """
name = "云峰网"
region = "CN-HB"

[[agreement]]
number = "QSW-1"
starts = 2026-01-01
ends = 2026-12-31
territory = ["CN"]
scope.sections = ["要闻"]
quota.per_day = 5
quota.per_week = 20

[[agreement]]
number = "QSW-2"
starts = 2027-01-01
ends = 2027-12-31
scope.sections = ["要闻 > 水上"]
"""


def mistakes_in(folder: Path) -> None:
    """Raises `Invalid` with them."""
    read_newsroom(read_settings(folder))


@pytest.fixture
def mistakes(tmp_path: Path):
    (tmp_path / "partners").mkdir()
    (tmp_path / "notices").symlink_to(CONFIG / "notices")
    settings = SETTINGS.replace("[publisher]", f"[publisher]\n{SECTIONS}")
    (tmp_path / "syndicate.toml").write_text(settings, encoding="utf-8")

    def found(written: str) -> dict[str, str]:
        (tmp_path / "partners" / "yunfeng.toml").write_text(written, encoding="utf-8")
        try:
            mistakes_in(tmp_path)
        except Invalid as error:
            return {one.field.removeprefix("partners/yunfeng.toml: "): one.message for one in error.problems}
        return {}

    return found


def test_agreements_that_follow_each_other_are_sound(mistakes):
    assert mistakes(SOUND) == {}


def test_all_that_is_wrong_is_told_at_once_with_the_mend(mistakes):
    written = (
        SOUND.replace("2027-01-01", "2026-10-01")
        .replace("2026-12-31", "2025-12-31", 1)
        .replace('"要闻 > 水上"]', '"要闻 > 水尚"]')
        .replace("quota.per_day = 5", "quota.per_day = 50\nqouta = 3")
        .replace("QSW-2", "QSW-1")
    )

    found = mistakes(written)

    assert found == {
        "agreement.0.qouta": "is not a known field: did you mean quota?",
        "agreement.0.ends": "2025-12-31 is before it starts, on 2026-01-01: put a later day, or mend starts",
        "agreement.0.quota.per_day": "50 a day is more than the 20 that per_week allows: lower it, or leave it out",
        "agreement.1.number": "QSW-1 is another's already: give it its own",
        "agreement.1.scope.sections": "there is no section 要闻 > 水尚: did you mean 要闻 > 水上? "
        "or add it to publisher.sections in syndicate.toml",
    }


def test_terms_that_overlap_name_both_and_the_days_that_would_do(mistakes):
    found = mistakes(SOUND.replace("starts = 2027-01-01", "starts = 2026-12-31"))

    assert found == {
        "agreement.1.starts": "the terms overlap: QSW-1 runs until 2026-12-31, and QSW-2 starts on 2026-12-31; "
        "end the one on 2026-12-30, or start the other on 2027-01-01"
    }


@pytest.mark.parametrize(
    ("ends", "advice"),
    [
        ("2027-12-31", "start the other on 2027-01-01"),  # the one that ends first goes first
        ("2026-12-31", "take one of the two out"),
    ],
)
def test_terms_that_start_on_one_day_are_told_what_can_be_done(mistakes, ends: str, advice: str):
    found = mistakes(SOUND.replace("starts = 2027-01-01\nends = 2027-12-31", f"starts = 2026-01-01\nends = {ends}"))

    (told,) = found.values()
    assert told.endswith(f"QSW-2 starts on 2026-01-01; {advice}")


def test_terms_that_lie_within_others_are_not_told_to_start_after_their_own_end(mistakes):
    found = mistakes(SOUND.replace("starts = 2027-01-01\nends = 2027-12-31", "starts = 2026-03-01\nends = 2026-03-31"))

    (told,) = found.values()
    assert told.endswith("; end the one on 2026-02-28")


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ('scope.except_sections = ["要闻"]', "agreement.0.scope.except_sections", "stands in sections too"),
        ('scope.keywords = ["春耕"]\nscope.except_keywords = ["春耕"]', "agreement.0.scope.except_keywords", "春耕"),
        ("remove_within_days = 7", "agreement.0.remove_within_days", 'after_end = "remove"'),
        ('at_start = "all"', "agreement.0.at_start", "'nothing' or 'covered'"),
        ("quota.per_year = 0", "agreement.0.quota.per_year", "greater than or equal to 1"),
        ("delay_business_hours = -1", "agreement.0.delay_business_hours", "greater than or equal to 0"),
        ("zzz = 1", "agreement.0.zzz", "is not a known field: take it out"),
    ],
)
def test_a_mistake_in_a_term_is_named_by_its_key(mistakes, line: str, field: str, says: str):
    found = mistakes(SOUND.replace("quota.per_day = 5", line))

    assert says in found[field]


def test_a_partner_outside_the_territory_of_its_agreement_is_a_mistake(mistakes):
    found = mistakes(SOUND.replace('["CN"]', '["CN-SH", "HK"]'))

    assert found == {
        "agreement.0.territory": "they publish in CN-HB (region), which isn't in CN-SH、HK: add it, or mend region"
    }


def test_a_section_that_isnt_there_is_a_mistake_in_what_a_partner_wants_too(mistakes):
    assert list(mistakes('name = "云峰网"\nwants.except_sections = ["体育"]')) == ["wants.except_sections"]


def test_where_the_newsroom_hasnt_said_which_sections_there_are_none_is_a_mistake(tmp_path: Path, mistakes):
    (tmp_path / "syndicate.toml").write_text(SETTINGS, encoding="utf-8")

    assert mistakes(SOUND.replace("要闻 > 水上", "从未听说")) == {}


@pytest.mark.parametrize("said", ["0", "1767225600", "1.5", "true", "2026-01-01T00:00:00", "2026-01-01T09:00:00Z"])
def test_what_isnt_written_as_a_date_is_none(mistakes, said: str):
    found = mistakes(SOUND.replace("starts = 2026-01-01", f"starts = {said}"))

    assert found == {"agreement.0.starts": "must be a date, written as 2026-01-31, without an hour"}


@pytest.mark.parametrize("said", ["0", "20260101", "2026-01-01T00:00:00", "1.1.2026", ""])
def test_text_that_isnt_written_as_a_date_is_none_either(mistakes, said: str):
    found = mistakes(SOUND.replace("ends = 2026-12-31", f'ends = "{said}"'))

    assert found == {"agreement.0.ends": "must be a date, written as 2026-01-31, without an hour"}


def test_a_date_may_be_written_as_text(mistakes):
    assert mistakes(SOUND.replace("starts = 2026-01-01", 'starts = "2026-01-01"')) == {}


def test_a_day_that_isnt_in_the_calendar_says_so(mistakes):
    found = mistakes(SOUND.replace("ends = 2026-12-31", 'ends = "2026-02-30"'))

    assert found["agreement.0.ends"].startswith("2026-02-30 is not in the calendar")


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ('agreement = "QSW-1"', "agreement", "under [agreement], or several under [[agreement]]"),
        ('agreement = ["QSW-1"]', "agreement.0", "must have keys and values of its own: write them in { }"),
        ('destinations = "push"', "destinations", "must be a list: write it in [ ]"),
        ("[destinations]", "destinations", "must be a list: write it in [ ]"),
        ('wants = "要闻"', "wants", "must have keys and values of its own: write them in { }"),
        ('wants.sections = "要闻"', "wants.sections", "must be a list: write it in [ ]"),
        ("wants.sections = [1]", "wants.sections.0", "must be text: write it in quotation marks"),
        ('unfiltered = "perhaps"', "unfiltered", "must be true or false, without quotation marks"),
    ],
)
def test_what_is_of_another_kind_is_told_how_to_write_it(mistakes, line: str, field: str, says: str):
    found = mistakes(f'name = "云峰网"\n{line}\n')

    assert (list(found), says in found[field]) == ([field], True)


@pytest.mark.parametrize("said", ['"ten"', "1.5"])
def test_what_is_no_whole_number_is_told_so(mistakes, said: str):
    found = mistakes(SOUND.replace("quota.per_day = 5", f"quota.per_day = {said}"))

    assert found == {"agreement.0.quota.per_day": "must be a whole number, without quotation marks"}


def test_a_folder_in_the_place_of_a_file_is_told_in_words(tmp_path: Path, mistakes):
    (tmp_path / "partners" / "songtao.toml").mkdir()

    with pytest.raises(Invalid, match=r"partners/songtao\.toml: is a folder: put the file in its place"):
        mistakes_in(tmp_path)


def test_a_file_that_cant_be_opened_is_told_in_words(tmp_path: Path, mistakes):
    file = tmp_path / "partners" / "songtao.toml"
    file.symlink_to(file)

    with pytest.raises(Invalid, match=r"partners/songtao\.toml: can't be opened \(too many levels of symbolic links\)"):
        mistakes_in(tmp_path)


def test_a_file_in_another_encoding_is_told_in_words(tmp_path: Path, mistakes):
    (tmp_path / "partners" / "songtao.toml").write_bytes('name = "松涛网"'.encode("gb18030"))

    with pytest.raises(Invalid, match=r"partners/songtao\.toml: is not UTF-8: save it as UTF-8"):
        mistakes_in(tmp_path)


def test_a_day_beyond_the_calendar_is_a_mistake(mistakes):
    found = mistakes(SOUND.replace("2027-12-31", "9999-12-31"))

    assert found == {"agreement.1.ends": "must lie between the years 1900 and 2198"}


def test_words_that_there_arent_are_named_by_the_agreement_that_asks_for_them(mistakes):
    found = mistakes(SOUND + 'wording = "national"\n')

    assert set(found) == {"agreement.1.wording"}


def test_a_file_that_is_nested_too_deeply_is_a_mistake_like_another(mistakes):
    assert mistakes(f"name = {'[' * 3000}") == {"partners/yunfeng.toml": "is nested too deeply"}

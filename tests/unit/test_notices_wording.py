"""What must it say: the configured words are checked whole, before anybody relies on them."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from syndicate.model.problem import Invalid
from syndicate.notices.wording import read_wording, words_of

SHIPPED = Path(__file__).parents[2] / "config" / "notices"


def shipped(language: str = "zh-CN") -> dict[str, dict[str, object]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (SHIPPED / language).glob("*.toml")}


def problems(files) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read_wording(files, language="zh-CN")
    return [str(problem) for problem in caught.value.problems]


def changed(stem: str, **cases: object) -> dict[str, dict[str, object]]:
    files = shipped()
    return {**files, stem: {**files[stem], **cases}}


def test_the_shipped_wording_is_sound():
    assert read_wording(shipped(), language="zh-CN").language == "zh-CN"


def test_the_shipped_attribution_is_to_the_letter_of_the_licence():
    wording = read_wording(shipped(), language="zh-CN")
    assert wording.attribution.reporters.format(publisher="晨光网", reporters="某某") == ("据晨光网消息:(记者:某某)")


def test_the_shipped_picture_credit_is_to_the_letter_of_the_licence():
    wording = read_wording(shipped(), language="zh-CN")
    assert wording.picture_credit.reporter.format(taken_by="某某") == "记者:某某 摄"


def test_a_missing_file_is_named():
    files = shipped()
    del files["ai-label"]
    assert problems(files) == ["ai-label.toml: is required"]


def test_a_missing_case_is_named():
    files = shipped()
    del files["attribution"]["no_reporter"]
    assert problems(files) == ["attribution.toml: no_reporter: is required"]


def test_a_case_nobody_knows_is_a_mistake():
    assert problems(changed("licence", extra="字")) == ["licence.toml: extra: is not a known field"]


def test_a_file_nobody_knows_is_a_mistake():
    assert problems({**shipped(), "footer": {}})[0].startswith(
        "footer.toml: is not a notice; the files are attribution"
    )


def test_an_unknown_placeholder_is_named_with_those_there_are():
    assert problems(changed("attribution", no_reporter="据{publisher}消息{reporters}")) == [
        "attribution.toml: no_reporter: knows no {reporters}; there is {publisher}"
    ]


def test_a_wording_that_forgets_the_reporters_is_refused():
    assert problems(changed("attribution", reporters="据{publisher}消息:")) == [
        "attribution.toml: reporters: must name {reporters}"
    ]


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_an_empty_text_is_refused(text):
    assert problems(changed("ai-label", generated=text)) == [
        "ai-label.toml: generated: is empty; write what the reader shall see"
    ]


@pytest.mark.parametrize(
    "placeholder", ["{publisher.name}", "{publisher[0]}", "{publisher!r}", "{publisher:>99}", "{}", "{0}"]
)
def test_a_placeholder_is_a_plain_name_and_reaches_no_further(placeholder):
    [problem] = problems(changed("attribution", no_reporter=f"据{placeholder}消息"))
    assert "not a plain name" in problem


def test_a_stray_brace_is_explained():
    [problem] = problems(changed("attribution", no_reporter="据{publisher}消息}"))
    assert problem.startswith("attribution.toml: no_reporter: has a brace too many or too few")


def test_text_that_is_no_text_is_refused():
    assert problems(changed("ai-label", generated=7)) == [
        "ai-label.toml: generated: must be text: write it in quotation marks"
    ]


def test_a_line_break_in_a_notice_is_refused():
    assert problems(changed("ai-label", generated="甲\n乙")) == [
        "ai-label.toml: generated: must be a single line without control characters"
    ]


def test_all_mistakes_are_listed_at_once():
    files = changed("attribution", reporters="", separator="")
    del files["licence"]
    files["canonical-link"] = {"text": "{link}", "more": "x"}
    fields = [problem.partition(": ")[0] for problem in problems({**files, "footer": {}})]
    assert sorted(fields) == [
        "attribution.toml",
        "attribution.toml",
        "canonical-link.toml",
        "canonical-link.toml",
        "footer.toml",
        "licence.toml",
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_shipped_language_is_whole(language):
    wording = read_wording(shipped(language), language=language)

    assert all(words.strip() for _, case, words in words_of(wording) if case not in ("separator", "months"))


@pytest.mark.parametrize(("language", "written"), [("zh-CN", "2025年7月11日"), ("en", "11 July 2025")])
def test_a_day_is_written_as_the_language_writes_it(language, written):
    assert read_wording(shipped(language), language=language).date.written(date(2025, 7, 11)) == written


def test_a_year_of_eleven_months_is_refused():
    [problem] = problems(changed("date", months=["January"] * 11))
    assert problem == "date.toml: months: must be the names of the twelve months, from January on, not 11"


@pytest.mark.parametrize(
    ("stem", "case", "text", "missing"),
    [
        ("correction", "text", "更正：{note}", "{date}"),
        ("correction", "text", "更正（{date}）", "{note}"),
        ("withdrawal", "by_newsroom", "本文已由{publisher}撤回", "{date}"),
        ("withdrawal", "no_longer_cleared", "授权已终止", "{publisher}"),
        ("disclaimer", "text", "转载不代表本网观点", "{publisher}"),
        ("date", "form", "{year}年{month}月", "{day}"),
    ],
)
def test_a_statement_that_forgets_what_it_must_name_is_refused(stem, case, text, missing):
    assert problems(changed(stem, **{case: text})) == [f"{stem}.toml: {case}: must name {missing}"]


def test_every_word_is_told_with_its_statement_and_case():
    told = {(stem, case): words for stem, case, words in words_of(read_wording(shipped(), language="zh-CN"))}

    assert told["correction", "text"] == "更正（{date}）：{note}"
    assert ("licence", "partner") in told

"""What must it say: the configured words are checked whole, before anybody relies on them."""

import tomllib
from pathlib import Path

import pytest

from syndicate.model.problem import Invalid
from syndicate.notices.wording import read_wording

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
    assert problems(changed("ai-label", generated=7)) == ["ai-label.toml: generated: input should be a valid string"]


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


def test_the_digest_changes_with_any_word():
    before = read_wording(shipped(), language="zh-CN").digest
    after = read_wording(changed("ai-label", generated="本文由机器写成"), language="zh-CN").digest
    assert before != after


def test_the_digest_is_the_same_whatever_the_order_of_the_files():
    files = shipped()
    backwards = dict(reversed(list(files.items())))
    assert read_wording(files, language="zh-CN").digest == read_wording(backwards, language="zh-CN").digest

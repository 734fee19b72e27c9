"""What must it say: in which language, and in whose variant of the words."""

from collections.abc import Mapping

import pytest

from syndicate.model.problem import Invalid
from syndicate.notices.wordings import Wordings, read_wordings
from tests.builders import CONFIG, shipped_wordings
from tests.builders import _toml as toml_in

NATIONAL = {"licence": {"partner": "经{publisher}许可刊用（协议编号：{agreement}）。"}}


def shipped() -> dict[tuple[str, str], Mapping[str, Mapping[str, object]]]:
    return {(language, ""): toml_in(CONFIG / "notices" / language) for language in ("zh-CN", "en")}


def mistakes(folders: Mapping[tuple[str, str], Mapping[str, Mapping[str, object]]], home: str = "zh-CN") -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_wordings(folders, home=home)
    return [str(problem) for problem in refused.value.problems]


def with_national() -> Wordings:
    return shipped_wordings({("zh-CN", "national"): NATIONAL})


# Which language


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("zh-CN", "zh-CN"),
        ("ZH-cn", "zh-CN"),
        ("en", "en"),
        ("en-GB", "en"),
        ("en-Latn-GB", "en"),
        ("en-x-oldest", "en"),
        ("zh-CN-a-extend1", "zh-CN"),
        ("zh", "zh-CN"),
        ("fr", "zh-CN"),
        ("eng", "zh-CN"),
    ],
)
def test_an_article_is_told_in_its_language_or_a_wider_one_or_the_publishers(asked, told):
    assert shipped_wordings().of(asked).language == told


def test_the_narrower_language_comes_first():
    british = {**shipped(), ("en-GB", ""): shipped()["en", ""]}

    assert read_wordings(british, home="zh-CN").of("en-GB-oxendict").language == "en-GB"


# Which variant


def test_a_variant_changes_the_words_that_it_gives_and_no_others():
    wordings = with_national()
    national, base = wordings.of("zh-CN", "national"), wordings.of("zh-CN")

    assert national.licence.partner == NATIONAL["licence"]["partner"]
    assert national.licence.public == base.licence.public
    assert national.attribution == base.attribution


def test_a_language_without_the_variant_is_told_in_its_own_words():
    assert with_national().of("en", "national") == with_national().of("en")


def test_the_digest_changes_with_any_word_of_any_variant():
    other = {"licence": {"partner": "经{publisher}同意刊用（协议编号：{agreement}）。"}}

    digests = {
        shipped_wordings().digest,
        with_national().digest,
        shipped_wordings({("zh-CN", "national"): other}).digest,
        shipped_wordings({("en", "national"): {"disclaimer": {"text": "Not ours. {publisher}"}}}).digest,
    }

    assert len(digests) == 4


def test_the_digest_is_the_same_whatever_the_order_of_folders_and_files():
    backwards = {place: dict(reversed(list(files.items()))) for place, files in reversed(list(shipped().items()))}

    assert read_wordings(backwards, home="zh-CN").digest == shipped_wordings().digest


# What is wrong


def test_a_missing_file_of_another_language_is_named():
    folders = shipped()
    folders["en", ""] = {stem: words for stem, words in folders["en", ""].items() if stem != "withdrawal"}

    assert mistakes(folders) == ["en/withdrawal.toml: is required"]


def test_a_missing_key_of_another_language_is_named():
    folders = shipped()
    folders["en", ""] = {**folders["en", ""], "ai-label": {"assisted": "Made with an AI"}}

    assert mistakes(folders) == ["en/ai-label.toml: generated: is required"]


def test_the_publishers_own_language_must_be_there():
    assert "fr/licence.toml: is required" in mistakes(shipped(), home="fr")


def test_a_mistake_of_a_variant_is_told_with_its_folder():
    wrong = {"licence": {"partner": "{nobody}", "more": "字"}, "footer": {}}

    told = mistakes({**shipped(), ("zh-CN", "national"): wrong})

    assert sorted(line.rpartition(": ")[0].partition(": knows")[0] for line in told) == [
        "zh-CN/national/footer.toml",
        "zh-CN/national/licence.toml: more",
        "zh-CN/national/licence.toml: partner",
    ]


def test_a_mistake_of_a_language_is_not_told_again_for_its_variants():
    folders = {**shipped(), ("en", "national"): {"disclaimer": {"text": "Not ours. {publisher}"}}}
    folders["en", ""] = {stem: words for stem, words in folders["en", ""].items() if stem != "licence"}

    assert mistakes(folders) == ["en/licence.toml: is required"]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("zh_CN", ""), "zh_CN: is not the name of a language, such as en or zh-CN"),
        (("zh-CN", "全国"), "zh-CN/全国: is not the name of a variant, such as national"),
    ],
)
def test_a_folder_with_a_name_that_means_nothing_is_a_mistake(place, line):
    assert mistakes({**shipped(), place: {}}) == [line]

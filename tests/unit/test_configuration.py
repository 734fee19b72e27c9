"""Partners, feeds and wording as they are configured: every mistake in all of them at once, with file and key."""

import shutil
from pathlib import Path

import pytest

from syndicate.configuration import read_newsroom, unready_destinations
from syndicate.model.problem import Invalid
from syndicate.pipeline.newsroom import Newsroom
from syndicate.settings import Settings, read_settings
from tests.builders import CONFIG

PARTNER = """
name = "云峰网"

[agreement]
number = "QSW-1"
starts = 2025-01-01
ends = 2025-12-31

[[destinations]]
name = "push"
transport = "webhook"
format = "ninjs"

[destinations.settings]
url = "https://partner.example/push"
secret = "yunfeng"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration, without its partners."""
    shutil.copytree(CONFIG, tmp_path / "config")
    shutil.rmtree(tmp_path / "config" / "partners")
    (tmp_path / "config" / "partners").mkdir()
    return tmp_path / "config"


def settings_of(config: Path) -> Settings:
    return read_settings(config, data_dir=config.parent / "var")


def newsroom_of(config: Path) -> Newsroom:
    return read_newsroom(settings_of(config))


def write(config: Path, name: str, text: str) -> None:
    (config / name).write_text(text, encoding="utf-8")


def variant(config: Path, folder: str, name: str, text: str) -> None:
    (config / "notices" / folder).mkdir(parents=True)
    write(config, f"notices/{folder}/{name}", text)


def mistakes(config: Path) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        newsroom_of(config)
    return {problem.field: problem.message for problem in refused.value.problems}


def test_what_is_shipped_is_right():
    newsroom = read_newsroom(read_settings(CONFIG))

    assert len(newsroom.directory.partners) == 20
    assert [family.id for family in newsroom.directory.feeds] == [
        *("all", "authors", "keywords", "own", "partners", "sections")
    ]


def test_a_partner_is_called_as_its_file_is(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER)

    partner = newsroom_of(config).directory.partner("yunfeng")

    assert partner is not None
    assert partner.name == "云峰网"


def test_every_mistake_in_every_file_is_listed_at_once(config: Path):
    write(config, "partners/aa.toml", PARTNER.replace("2025-12-31", "2024-12-31"))
    write(config, "partners/bb.toml", PARTNER.replace("name = ", "nmae = ", 1))
    write(config, "feeds/all.toml", 'title = "{site}"\ndescription = "{sight}"\n')
    write(config, "notices/zh-CN/canonical-link.toml", 'text = "原文"\n')

    assert set(mistakes(config)) == {
        "partners/aa.toml: agreement.ends",
        "partners/bb.toml: name",
        "partners/bb.toml: nmae",
        "feeds/all.toml: description",
        "notices/zh-CN/canonical-link.toml: text",
    }


@pytest.mark.parametrize(
    ("before", "after", "field", "says"),
    [
        ('format = "ninjs"', 'format = "pdf"', "destinations.0.format", "there is: ninjs"),
        ('transport = "webhook"', 'transport = "pigeon"', "destinations.0.transport", "webhook"),
        ('secret = "yunfeng"', "", "destinations.0.settings.secret", "is required"),
        ("https://partner", "http://partner", "destinations.0.settings", "https"),
        ("number =", "nubmer =", "agreement.nubmer", "is not a known field"),
        ("ends = 2025-12-31", 'ends = "nie"', "agreement.ends", "date"),
        ('name = "云峰网"', 'id = "other"\nname = "云峰网"', "id", "must be the file's own name, yunfeng"),
    ],
)
def test_a_mistake_in_a_partners_file_is_named_by_its_key(config: Path, before: str, after: str, field: str, says: str):
    write(config, "partners/yunfeng.toml", PARTNER.replace(before, after))

    found = {name: message for name, message in mistakes(config).items() if name == f"partners/yunfeng.toml: {field}"}

    assert says in found[f"partners/yunfeng.toml: {field}"]


def test_a_section_path_with_an_empty_name_is_refused(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER.replace("ends =", 'scope.sections = ["要闻 > "]\nends ='))

    assert list(mistakes(config)) == ["partners/yunfeng.toml: agreement.scope.sections.0"]


def test_no_partner_may_be_called_public(config: Path):
    write(config, "partners/public.toml", PARTNER)

    assert list(mistakes(config)) == ["partners/public.toml: id"]


def test_two_partners_of_one_name_are_a_mistake_that_names_the_other_file(config: Path):
    write(config, "partners/aa.toml", PARTNER)
    write(config, "partners/bb.toml", PARTNER)

    assert mistakes(config) == {"partners/bb.toml: name": "云峰网 stands in partners/aa.toml already"}


def test_two_destinations_of_one_name_are_a_mistake(config: Path):
    twice = PARTNER + PARTNER[PARTNER.index("[[destinations]]") :]
    write(config, "partners/yunfeng.toml", twice)

    assert mistakes(config) == {"partners/yunfeng.toml: destinations": "two destinations have the same name"}


@pytest.mark.parametrize("name", ["partners/yunfeng.toml", "feeds/all.toml", "notices/zh-CN/licence.toml"])
def test_a_file_that_is_not_toml_is_named_with_its_folder(config: Path, name: str):
    write(config, name, "title = \n")

    assert name in mistakes(config)


def test_a_missing_notice_is_named(config: Path):
    (config / "notices" / "zh-CN" / "licence.toml").unlink()

    assert list(mistakes(config)) == ["notices/zh-CN/licence.toml"]


def test_another_language_must_be_whole(config: Path):
    (config / "notices" / "en" / "licence.toml").unlink()
    write(config, "notices/en/ai-label.toml", 'assisted = "Made with an AI"\n')

    assert list(mistakes(config)) == ["notices/en/licence.toml", "notices/en/ai-label.toml: generated"]


def test_a_file_that_is_not_toml_is_told_once_with_its_whole_path(config: Path):
    variant(config, "en/national", "licence.toml", "public = \n")
    write(config, "notices/en/licence.toml", "public = \n")

    with pytest.raises(Invalid) as refused:
        newsroom_of(config)

    fields = sorted(problem.field for problem in refused.value.problems)
    assert fields == ["notices/en/licence.toml", "notices/en/national/licence.toml"]


def test_an_agreement_chooses_a_variant_of_the_words(config: Path):
    variant(config, "en/national", "licence.toml", 'public = "Ask {organisation} first."\n')
    write(config, "partners/yunfeng.toml", PARTNER.replace("ends =", 'wording = "national"\nends ='))

    wording = newsroom_of(config).wording

    assert wording.of("en-GB", "national").licence.public == "Ask {organisation} first."


def test_a_variant_that_no_language_has_is_a_mistake_of_the_agreement(config: Path):
    variant(config, "zh-CN/national", "licence.toml", 'public = "{nobody}"\n')
    write(config, "partners/yunfeng.toml", PARTNER.replace("ends =", 'wording = "natoinal"\nends ='))

    found = mistakes(config)

    assert set(found) == {"partners/yunfeng.toml: agreement.wording", "notices/zh-CN/national/licence.toml: public"}
    assert found["partners/yunfeng.toml: agreement.wording"].endswith("there is: national")


def test_hidden_folders_are_no_language(config: Path):
    variant(config, ".old/national", "licence.toml", "")

    assert {one.language for one in newsroom_of(config).wording.all} == {"zh-CN", "en"}


def test_a_secret_that_nobody_set_is_told_with_the_place_to_put_it(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER)
    settings = settings_of(config)

    problems = unready_destinations(settings, newsroom_of(config))

    assert [problem.field for problem in problems] == ["partners/yunfeng.toml: destinations.0"]
    assert "secret yunfeng is not set" in problems[0].message
    assert str(settings.data_dir / "secrets") in problems[0].message


def test_a_secret_that_is_set_is_not_missing(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER)
    settings = settings_of(config)
    (settings.data_dir / "secrets").mkdir(parents=True)
    (settings.data_dir / "secrets" / "yunfeng").write_text("whsec_" + "c2Vj" * 8, encoding="utf-8")

    assert unready_destinations(settings, newsroom_of(config)) == []


def test_a_secret_that_is_too_short_is_told_without_showing_it(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER)
    settings = settings_of(config)
    (settings.data_dir / "secrets").mkdir(parents=True)
    (settings.data_dir / "secrets" / "yunfeng").write_text("whsec_YWJj", encoding="utf-8")

    (problem,) = unready_destinations(settings, newsroom_of(config))

    assert "3 bytes long" in problem.message
    assert "YWJj" not in problem.message


def test_an_empty_secret_file_is_a_missing_secret(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER)
    settings = settings_of(config)
    (settings.data_dir / "secrets").mkdir(parents=True)
    (settings.data_dir / "secrets" / "yunfeng").write_text("\n", encoding="utf-8")

    assert len(unready_destinations(settings, newsroom_of(config))) == 1


@pytest.mark.parametrize(("lease_s", "setting"), [("30", "deadline_s = 26"), ("12", "")])
def test_a_lease_that_a_destinations_deadline_would_outlast_is_refused(config: Path, lease_s: str, setting: str):
    # given: a destination that says nothing has a deadline of ten seconds
    write(config, "partners/yunfeng.toml", PARTNER + setting)
    settings = settings_of(config)
    impatient = settings.model_copy(update={"workers": settings.workers.model_copy(update={"lease_s": float(lease_s)})})

    with pytest.raises(Invalid, match=r"partners/yunfeng\.toml: destinations\.0\.settings\.deadline_s"):
        read_newsroom(impatient)


def test_a_deadline_that_is_no_number_is_a_mistake_like_any_other(config: Path):
    write(config, "partners/yunfeng.toml", PARTNER + 'deadline_s = "十秒"')

    assert list(mistakes(config)) == ["partners/yunfeng.toml: destinations.0.settings.deadline_s"]


def test_the_licence_is_read_with_the_rest(config: Path):
    newsroom = newsroom_of(config)

    assert newsroom.licence is not None
    assert newsroom.addresses.page == f"http://127.0.0.1:8080/licence/{newsroom.licence.version}"


def test_without_a_licence_the_publishers_page_stands_for_it(config: Path):
    (config / "licence.toml").unlink()

    newsroom = newsroom_of(config)

    assert (newsroom.licence, newsroom.addresses.page) == (None, newsroom.publisher.licence_url)


def test_every_mistake_in_the_licence_is_listed_with_those_elsewhere(config: Path):
    write(config, "licence.toml", 'name = "x"\nid = "X"\npermits = ["fishing"]\n[text.en]\ntitle = "x"\n')
    write(config, "partners/aa.toml", PARTNER.replace("2025-12-31", "2024-12-31"))

    assert set(mistakes(config)) == {
        "licence.toml: id",
        "licence.toml: name",
        "licence.toml: permits.0",
        "licence.toml: text.en.paragraphs",
        "partners/aa.toml: agreement.ends",
    }


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("id = ", "licence.toml", "Invalid value"),
        ('id = "x"\n[text.en]\ntitle = "x"\nparagraphs = ["x"]\n', "licence.toml: text", "has no zh-CN"),
        (
            'id = "x"\npermits = ["search"]\nprohibits = ["all"]\n[text.zh-CN]\ntitle = "x"\nparagraphs = ["x"]\n',
            "licence.toml",
            "permits and prohibits search",
        ),
    ],
)
def test_a_licence_that_cannot_stand_is_refused_with_the_reason(config: Path, text: str, field: str, says: str):
    write(config, "licence.toml", text)

    (found,) = mistakes(config).items()

    assert (found[0], says in found[1]) == (field, True)

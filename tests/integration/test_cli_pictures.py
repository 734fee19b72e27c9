"""Rights in pictures by shell: recorded one by one or from a file, shown with their history, and what is undecided."""

import json
from typing import Any

import pytest

from tests.builders import OWN, STATE, an_event
from tests.fakes.cli_newsroom import NOBODY_LISTENS, Shell, a_partner_file, a_shell

GATE, MIST = "https://news.example/img/gate.jpg", "https://news.example/img/mist.jpg"
WHO = ("--by", "沈禾", "--reason", "摄影部来函")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def published(shell: Shell):
    """Two articles with a picture nobody has recorded; one carries another's too. One partner takes cleared ones."""
    cleared = a_partner_file("云峰新闻网", agreement='ends = 2099-12-31\npictures = "cleared"', url=NOBODY_LISTENS)
    shell.configure("partners/yunfeng.toml", cleared)
    shell.configure("partners/songtao.toml", a_partner_file("松涛网"))
    shell.secret("hezuo")
    gate, mist = {"url": GATE, "caption": "渠首的闸门"}, {"url": MIST, "caption": f"上游的晨雾 图片来源:{STATE}"}
    shell.run("publish", shell.file("1.json", an_event(article="qsw-1", pictures=[gate])))
    shell.run("publish", shell.file("2.json", an_event(article="qsw-2", pictures=[gate, mist])))
    shell.perform()
    return shell


def shown(shell: Shell, url: str) -> Any:
    return json.loads(shell.run("picture", "show", url, "--json").stdout)


def passing(shell: Shell, url: str, audience: str = "yunfeng") -> list[bool]:
    return [one["passes"] for one in shown(shell, url)["passing"] if one["audience"] == audience]


def test_what_is_recorded_is_told_with_the_articles_that_carry_it(published: Shell):
    done = published.run("picture", "record", GATE, "--owner", OWN, *WHO)

    assert (done.exit_code, done.stdout.strip()) == (0, "1 recorded; 2 live articles carry it and are decided again")
    assert passing(published, GATE) == [True, True]


def test_the_same_again_is_on_record_already(published: Shell):
    published.run("picture", "record", GATE, "--owner", OWN, *WHO)

    done = published.run("picture", "record", GATE, "--owner", OWN, *WHO)

    assert done.stdout.strip() == "0 recorded; 1 on record already"


def test_a_partner_is_named_by_its_name_and_a_permission_is_withdrawn_by_an_end_now(published: Shell):
    lent = ("--pass-to", "云峰新闻网,CN-HB", "--evidence", "合同 2025-17")

    published.run("picture", "record", MIST, *lent, *WHO)
    assert passing(published, MIST) == [True]
    published.run("picture", "record", MIST, "--ends", "now", *WHO)

    assert passing(published, MIST) == [False]
    assert shown(published, MIST)["on_record"]["pass_to"] == ["yunfeng", "CN-HB"]


def test_the_last_day_is_whole_by_the_publishers_clocks(published: Shell):
    published.run("picture", "record", MIST, "--ends", "2026-12-31", *WHO)

    assert shown(published, MIST)["on_record"] == {"ends": "2026-12-31T16:00:00Z"}


def test_a_dash_says_that_there_is_none(published: Shell):
    published.run("picture", "record", GATE, "--owner", OWN, "--ends", "2020-01-01", *WHO)
    assert passing(published, GATE) == [False, False]

    published.run("picture", "record", GATE, "--ends", "-", *WHO)

    assert passing(published, GATE) == [True, True]


def test_all_mistakes_are_told_at_once_by_their_options(published: Shell):
    wrong = ("--pass-to", "yunfeng,nobody", "--ends", "soon")

    done = published.run("picture", "record", "gate.jpg", *wrong, *WHO)

    assert done.exit_code == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["--pass-to", "--ends", "url"]


def test_a_record_must_say_something(published: Shell):
    done = published.run("picture", "record", GATE, *WHO)

    assert (done.exit_code, "says nothing" in done.stderr) == (1, True)


def test_partners_want_evidence(published: Shell):
    done = published.run("picture", "record", GATE, "--pass-to", "yunfeng", *WHO)

    assert (done.exit_code, "pass_to needs evidence" in done.stderr) == (1, True)


def test_it_is_shown_with_its_history_and_for_each_partner(published: Shell):
    published.run("picture", "record", MIST, "--pass-to", "yunfeng", "--evidence", "合同 2025-17", *WHO)

    told = published.run("picture", "show", MIST).stdout

    for words in ("qsw-2", "上游的晨雾", "沈禾", "摄影部来函", "合同 2025-17", "云峰新闻网", "松涛网", "words only"):
        assert words in told.replace("\n", " ")


def test_a_picture_nobody_knows_is_said_to_be_unknown(published: Shell):
    done = published.run("picture", "show", "https://news.example/nothing.jpg")

    assert (done.exit_code, "no live article carries" in done.stderr) == (1, True)


def test_what_is_undecided_is_listed_until_somebody_records_it(published: Shell):
    def undecided() -> list[tuple[str, str]]:
        listed = json.loads(published.run("picture", "list", "--undecided", "--json").stdout)
        return [(one["url"], one["article"]) for one in listed]

    assert undecided() == [(GATE, "qsw-1"), (GATE, "qsw-2")]
    published.run("picture", "record", GATE, "--owner", OWN, *WHO)

    assert undecided() == []
    assert "nothing is undecided" in published.run("picture", "list", "--undecided").stderr
    everything = published.run("picture", "list").stdout
    assert ("沈禾" in everything, "as credited" in everything) == (True, True)


def test_a_file_records_many_at_once_also_as_a_chinese_excel_writes_it(published: Shell):
    lines = f"url,owner,pass-to,evidence\n{GATE},{OWN},,\n\n{MIST},,云峰新闻网、CN-HB,合同 2025-17\n"
    file = published.file("图片.csv", lines.encode("gb18030"))

    done = published.run("picture", "import", file, *WHO)

    assert done.stdout.strip() == "2 recorded; 2 live articles carry them and are decided again"
    assert (passing(published, GATE), passing(published, MIST)) == ([True, True], [True])


def test_a_file_with_mistakes_records_nothing_and_tells_all_of_them_by_line_and_column(published: Shell):
    lines = f"url,owner,ends,reason\n{GATE},{OWN},,\nmist.jpg,,soon,来函\n{MIST},,2026-13-01,来函\n"
    file = published.file("图片.csv", lines.encode())

    done = published.run("picture", "import", file)

    told = [line.removeprefix(f"{file}:").partition(": ")[::2] for line in done.stderr.splitlines()]
    assert done.exit_code == 1
    assert [(place, message.partition(":")[0]) for place, message in told][:-1] == [
        ("2", "reason"),
        ("3", "ends"),
        ("3", "url"),
        ("4", "ends"),
    ]
    assert shown(published, GATE)["history"] == []


def test_what_contradicts_the_ledger_is_told_by_its_line_too(published: Shell):
    file = published.file("图片.csv", f"url,owner,pass_to\n{GATE},{OWN},\n{MIST},,yunfeng\n".encode())

    done = published.run("picture", "import", file, *WHO)

    assert (done.exit_code, done.stderr.startswith(f"{file}:3: pass_to needs evidence")) == (1, True)
    assert shown(published, GATE)["history"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"address,owner\n", "there is no column 'address'"),
        (b"owner\nx\n", "column url is required"),
        (b"url,url\n", "stands there twice"),
        (b"url,owner\n", "no line in it"),
        (b"url,owner\na,b,c\n", "more cells than there are columns"),
        (b'url,owner\n"a', "is no CSV"),
        (b"", "column url is required"),
    ],
)
def test_a_file_that_is_none_is_said_to_be_none(published: Shell, content: bytes, said: str):
    done = published.run("picture", "import", published.file("图片.csv", content), *WHO)

    assert (done.exit_code, said in done.stderr) == (1, True)

"""The partner files that are shipped: the twenty portals of the publisher's page, and the four of the demonstration."""

import tomllib
from pathlib import Path

from syndicate.model.partner import Partner

CONFIG = Path(__file__).parents[2] / "config"
NATIONAL = "人民网 央视网 央广网 中国新闻网 新华网 中国网 光明网 国际在线 中国日报中文网 新华湖北"
LOCAL = "荆楚网 荆门新闻网 钟祥新闻网 天门网 随州新闻网 荆州新闻网 孝感网 三峡新闻网 鄂州新闻网 黄冈新闻网"


def partners_in(folder: Path) -> dict[str, Partner]:
    files = sorted(folder.glob("*.toml"))
    return {file.stem: Partner.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


def shipped() -> dict[str, Partner]:
    return partners_in(CONFIG / "partners")


def demo() -> dict[str, Partner]:
    return partners_in(CONFIG / "demo" / "partners")


def test_the_shipped_partners_are_exactly_the_twenty_portals_of_the_page():
    names = [partner.name for partner in shipped().values()]

    assert sorted(names) == sorted(f"{NATIONAL} {LOCAL}".split())


def test_every_partner_file_is_named_after_its_id():
    assert {stem: stem for stem in shipped()} == {stem: partner.id for stem, partner in shipped().items()}


def test_no_shipped_partner_has_an_agreement_because_none_is_known():
    assert [partner.id for partner in shipped().values() if partner.agreements] == []


def test_no_shipped_partner_has_a_destination_so_nothing_can_be_sent():
    assert [partner.id for partner in shipped().values() if partner.destinations] == []


def test_every_shipped_partner_says_why_it_gets_nothing():
    assert [partner.id for partner in shipped().values() if "尚无书面协议" not in partner.note] == []


def test_the_demo_partners_carry_names_of_real_partners():
    assert [partner.name for partner in demo().values()] == ["荆楚网", "荆门新闻网", "天门网", "钟祥新闻网"]


def test_a_demo_partner_never_has_the_id_of_a_shipped_one():
    assert {partner.id for partner in demo().values()} & {partner.id for partner in shipped().values()} == set()


def test_every_demo_partner_file_is_named_after_its_id():
    assert {stem: stem for stem in demo()} == {stem: partner.id for stem, partner in demo().items()}


def test_every_demo_destination_is_on_this_computer_at_a_port_of_its_own():
    urls = [destination.settings["url"] for partner in demo().values() for destination in partner.destinations]

    assert sorted(urls) == [f"http://127.0.0.1:{port}/push" for port in (18081, 18082, 18083, 18084)]


def test_one_demo_agreement_covers_some_sections_only():
    (agreement,) = demo()["demo-jingmen-xinwenwang"].agreements

    assert agreement.scope.sections == ("新闻中心 > 京山要闻", "专题专栏")


def test_one_demo_agreement_covers_words_without_pictures():
    pictures = {agreement.pictures for partner in demo().values() for agreement in partner.agreements}

    assert pictures == {"none", "ours"}


def test_one_demo_agreement_has_ended_so_that_a_refusal_is_seen():
    ended = [partner.name for partner in demo().values() for one in partner.agreements if one.ends.year == 2025]

    assert ended == ["天门网"]

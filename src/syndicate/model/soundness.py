"""Do a partner's terms make sense: what its file, right in itself, says against the newsroom or against itself."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from difflib import get_close_matches
from itertools import combinations, pairwise

from syndicate.model.agreement import Agreement, Quota
from syndicate.model.partner import Partner
from syndicate.model.problem import Problem
from syndicate.model.publisher import Publisher
from syndicate.model.selection import Selection


def partner_problems(partner: Partner, publisher: Publisher) -> Iterator[Problem]:
    """Everything that is wrong with a partner's terms, with the key and the mend."""
    yield from selection_problems(partner.wants, "wants", publisher)
    several = len(partner.agreements) > 1
    yield from _succession_problems(partner.agreements)
    for number, agreement in enumerate(partner.agreements):
        where = f"agreement.{number}" if several else "agreement"
        if agreement.ends < agreement.starts:
            message = f"{agreement.ends} is before it starts, on {agreement.starts}: put a later day, or mend starts"
            yield Problem(field=f"{where}.ends", message=message)
        yield from selection_problems(agreement.scope, f"{where}.scope", publisher)
        yield from _quota_problems(agreement.quota, f"{where}.quota")
        yield from _territory_problems(partner, agreement, where)


def wording_problems(partners: Iterable[Partner], variants: Iterable[str]) -> Iterator[Problem]:
    """Agreements that ask for a variant of the words which no language has."""
    known = sorted(set(variants))
    there_is = f"there is: {', '.join(known)}" if known else "there is none yet"
    for partner in partners:
        several = len(partner.agreements) > 1
        for number, wording in enumerate(one.wording for one in partner.agreements):
            where = f"partners/{partner.id}.toml: agreement{f'.{number}' * several}.wording"
            if wording and wording not in known:
                said = f"no language has words called {wording}: they stand in notices/LANGUAGE/{wording}/; {there_is}"
                yield Problem(field=where, message=said)


def _succession_problems(agreements: Sequence[Agreement]) -> Iterator[Problem]:
    """Agreements follow each other: on no day do two count, and no two have one number."""
    in_order = sorted(enumerate(agreements), key=lambda one: (one[1].starts, one[1].ends))
    for (_, former), (place, later) in pairwise(in_order):
        if later.starts <= former.ends:
            message = (
                f"the terms overlap: {former.number} runs until {former.ends}, and {later.number} starts on "
                f"{later.starts}; {', or '.join(_ways_apart(former, later)) or 'take one of the two out'}"
            )
            yield Problem(field=f"agreement.{place}.starts", message=message)
    numbers = [one.number for one in agreements]
    for place, name in enumerate(numbers):
        if name in numbers[:place]:
            yield Problem(field=f"agreement.{place}.number", message=f"{name} is another's already: give it its own")


def _ways_apart(former: Agreement, later: Agreement) -> Iterator[str]:
    """What would part two terms that overlap, as far as it leaves each at least a day."""
    before, after = later.starts - timedelta(days=1), former.ends + timedelta(days=1)
    if before >= former.starts:
        yield f"end the one on {before}"
    if after <= later.ends:
        yield f"start the other on {after}"


def selection_problems(selection: Selection, where: str, publisher: Publisher) -> Iterator[Problem]:
    """Sections that there aren't, and what is asked for and excepted at once."""
    for key in ("sections", "except_sections"):
        yield from _unknown_sections(getattr(selection, key), f"{where}.{key}", publisher.sections)
    for key in ("sections", "keywords", "genres"):
        wanted, excepted = getattr(selection, key), getattr(selection, f"except_{key}")
        for name in (one for one in wanted if one in excepted):
            yield Problem(
                field=f"{where}.except_{key}", message=f"{name} stands in {key} too: take it out of one of them"
            )


def _unknown_sections(named: Iterable[str], where: str, known: tuple[str, ...]) -> Iterator[Problem]:
    """Nothing is said where the newsroom hasn't said which sections it has."""
    for section in named:
        if known and not any(f"{one} > ".startswith(f"{section} > ") for one in known):
            near = get_close_matches(section, known, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else "take it out,"
            message = f"there is no section {section}: {hint} or add it to publisher.sections in syndicate.toml"
            yield Problem(field=where, message=message)


def _quota_problems(quota: Quota, where: str) -> Iterator[Problem]:
    """A bound that another, of a shorter period, lets nobody reach is no mistake; one that can't be meant is."""
    for (shorter, few), (longer, many) in combinations(quota.limits(), 2):
        if few > many:
            message = f"{few} a {shorter} is more than the {many} that per_{longer} allows: lower it, or leave it out"
            yield Problem(field=f"{where}.per_{shorter}", message=message)


def _territory_problems(partner: Partner, agreement: Agreement, where: str) -> Iterator[Problem]:
    region, territory = partner.region, agreement.territory
    if region and territory and not any(region == place or region.startswith(f"{place}-") for place in territory):
        message = f"they publish in {region} (region), which isn't in {'、'.join(territory)}: add it, or mend region"
        yield Problem(field=f"{where}.territory", message=message)

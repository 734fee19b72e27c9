"""Asks every rule and gives one answer."""

from collections.abc import Iterable
from datetime import datetime

from syndicate.model.clearance import Clearance, PictureVerdict, Verdict
from syndicate.rights.delay import delay
from syndicate.rights.derived import derived
from syndicate.rights.embargo import embargo
from syndicate.rights.labelled import labelled
from syndicate.rights.listed import listed
from syndicate.rights.origin import origin
from syndicate.rights.person import person
from syndicate.rights.pictures import pictures
from syndicate.rights.preflight import preflight
from syndicate.rights.question import Question, Rule
from syndicate.rights.quota import quota
from syndicate.rights.schedule import schedule
from syndicate.rights.scope import scope
from syndicate.rights.syndicated import syndicated
from syndicate.rights.targets import targets
from syndicate.rights.term import term
from syndicate.rights.territory import territory
from syndicate.rights.wanted import wanted

RULES: tuple[Rule, ...] = (
    term,
    scope,
    territory,
    origin,
    preflight,
    listed,
    labelled,
    derived,
    syndicated,
    targets,
    wanted,
    person,
    schedule,
    embargo,
    delay,
    quota,
)


def clear(question: Question) -> Clearance:
    """The answer for one audience. Every rule is asked: a refusal beats a hold, and the longest hold wins.

    Among refusals the first in the order of `RULES` gives the reason, rather one that lets nobody keep what they have.
    A quota speaks only where no other rule does: what isn't due yet hasn't come too late.
    """
    against = [verdict for rule in RULES if rule is not quota and (verdict := rule(question)) is not None]
    verdicts = against or [verdict for verdict in (quota(question),) if verdict]
    refusals = [verdict for verdict in verdicts if verdict.decision == "refused"]
    if refusals:  # one that has it taken back counts before one that lets them keep it
        until = min((refusal.until for refusal in refusals if refusal.until), default=None)
        return _answer(min(refusals, key=lambda refusal: refusal.keeps), until)
    if verdicts:
        held = max(verdicts, key=lambda one: one.until or question.now)
        return _answer(held, held.until)
    decided = () if question.as_link else pictures(question)
    return Clearance(
        decision="cleared", rule="all", reason=_why(question), until=less_from(question, decided), pictures=decided
    )


def _why(question: Question) -> str:
    if question.agreement:
        return f"cleared under agreement {question.agreement.number}"
    return "cleared for the public" + ", as title, source and link alone" * question.as_link


def every_rule(question: Question) -> tuple[Verdict, ...]:
    """What each rule says, in the order in which they are asked; one that has nothing against it says *cleared*."""
    return tuple(rule(question) or _nothing_against(rule) for rule in RULES)


def _nothing_against(rule: Rule) -> Verdict:
    return Verdict(decision="cleared", rule=rule.__name__, reason="nothing against it")


def less_from(question: Question, decided: Iterable[PictureVerdict]) -> datetime | None:
    """When what they have changes by itself: with a picture's lease, or at an end at which all is taken back."""
    agreement, changes = question.agreement, [picture.until for picture in decided if picture.until]
    permission = question.article.origin.rights
    if permission and permission.ends and question.article.origin.carries_others:
        changes.append(permission.ends)
    if agreement and agreement.after_end == "remove":
        changes.append(agreement.over(question.publisher.timezone))
    return min((change for change in changes if change > question.now), default=None)


def _answer(verdict: Verdict, until: datetime | None) -> Clearance:
    return Clearance.model_validate(verdict.model_dump() | {"until": until})

"""How does an agreement look to machines? As an Agreement in ODRL 2.2 (JSON-LD), in IPTC's profile RightsML 2.0."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.formats._json import encoded, present
from syndicate.formats._story import minted
from syndicate.model.agreement import Agreement
from syndicate.model.licence import Addresses
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition

MEDIA_TYPE = "application/ld+json"
_PROFILE = "https://iptc.org/std/RightsML/odrl-profile/"
_CONTEXT = [
    "http://www.w3.org/ns/odrl.jsonld",
    {"dcterms": "http://purl.org/dc/terms/", "vcard": "http://www.w3.org/2006/vcard/ns#"},
]
_MINE = "http://www.w3.org/ns/tdmrep#mine"
_WITHIN_THE_TERM = ("distribute", "reproduce")


def agreement_policy(
    agreement: Agreement,
    *,
    uid: str,
    assignee: tuple[str, str],
    publisher: Publisher,
    addresses: Addresses,
    attribution: str,
) -> Rendition:
    """What a partner (`assignee`: id and name) may do with what it gets, what it owes for that, and what it may not.

    `attribution` is the line it owes at the head of the text. Deny beats allow: `conflict` is `prohibit`.
    """
    partner_id, name = assignee
    document = {
        "@context": _CONTEXT,
        "@type": "Agreement",
        "uid": uid,
        "profile": _PROFILE,
        "conflict": "prohibit",
        "dcterms:identifier": agreement.number,
        "dcterms:license": addresses.page,
        "assigner": _party(publisher.home_url, publisher.organisation),
        "assignee": _party(minted(publisher, f"partner:{partner_id}"), name),
        "target": minted(publisher, f"agreement:{partner_id}:{agreement.version}"),
        "permission": _permissions(agreement, publisher, attribution),
        "prohibition": _prohibitions(agreement, addresses),
        "obligation": _obligations(agreement, publisher),
    }
    return Rendition(media_type=MEDIA_TYPE, body=encoded(present(document)))


def _party(uid: str, name: str) -> dict[str, Any]:
    return {"@type": "Party", "uid": uid, "vcard:fn": name}


def _permissions(agreement: Agreement, publisher: Publisher, attribution: str) -> list[dict[str, Any]]:
    """What they keep at the end they may go on to show."""
    duty = {"action": "attribute", "attributedParty": publisher.home_url, "dcterms:description": attribution}
    begins = datetime.combine(agreement.starts, time(), ZoneInfo(publisher.timezone))
    since, until = _at("gteq", begins), _at("lt", agreement.over(publisher.timezone))
    where = _in_territory(agreement)
    display = [since, *([until] if agreement.after_end == "remove" else []), *where]
    within = [{"action": action, "constraint": [since, until, *where], "duty": [duty]} for action in _WITHIN_THE_TERM]
    return [*within, {"action": "display", "constraint": display, "duty": [duty]}]


def _prohibitions(agreement: Agreement, addresses: Addresses) -> list[dict[str, str]]:
    forbidden = []
    if not agreement.may_edit:
        forbidden += ["derive", "modify"]
    if not agreement.may_sublicense:
        forbidden.append("grantUse")
    if addresses.reserves_mining:
        forbidden.append(_MINE)
    return [{"action": action} for action in forbidden]


def _obligations(agreement: Agreement, publisher: Publisher) -> list[dict[str, Any]]:
    """At the end of an agreement that says so, everything is deleted."""
    if agreement.after_end != "remove":
        return []
    return [{"action": "delete", "constraint": [_at("gteq", agreement.over(publisher.timezone))]}]


def _at(operator: str, moment: datetime) -> dict[str, Any]:
    typed = {"@value": moment.isoformat(), "@type": "xsd:dateTime"}
    return {"leftOperand": "dateTime", "operator": operator, "rightOperand": typed}


def _in_territory(agreement: Agreement) -> list[dict[str, Any]]:
    regions = [f"urn:iso:3166:{region}" for region in agreement.territory]
    return [{"leftOperand": "spatial", "operator": "isAnyOf", "rightOperand": regions}] if regions else []

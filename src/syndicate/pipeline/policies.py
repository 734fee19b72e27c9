"""What an agreement allows, in words for machines: any version of it that was ever in force, for ever."""

from syndicate.formats.odrl import agreement_policy
from syndicate.ledger import partners
from syndicate.ledger.database import Ledger
from syndicate.model.agreement import Agreement
from syndicate.model.story import Rendition
from syndicate.pipeline.newsroom import Newsroom

_ANYBODY = "XXX"  # as the notice on the site writes it: the reporter's name goes here


def policy_of(ledger: Ledger, partner_id: str, version: str, *, newsroom: Newsroom) -> Rendition | None:
    """The policy of a partner's agreement, whether or not it is still in force; None for one that never was."""
    agreement = _find(ledger, partner_id, version, newsroom)
    if agreement is None:
        return None
    partner, publisher = newsroom.directory.partner(partner_id), newsroom.publisher
    wording = newsroom.wording.of(publisher.language, agreement.wording)
    return agreement_policy(
        agreement,
        uid=f"{newsroom.base_url}/policies/{partner_id}/{version}",
        assignee=(partner_id, partner.name if partner else partner_id),
        publisher=publisher,
        addresses=newsroom.addresses,
        attribution=wording.attribution.reporters.format_map({"publisher": publisher.name, "reporters": _ANYBODY}),
    )


def _find(ledger: Ledger, partner_id: str, version: str, newsroom: Newsroom) -> Agreement | None:
    """As it is configured, or else as it was kept when something was decided under it."""
    partner = newsroom.directory.partner(partner_id)
    for agreement in partner.agreements if partner else ():
        if agreement.version == version:
            return agreement
    with ledger.read() as connection:
        return partners.agreement(connection, partner_id, version)

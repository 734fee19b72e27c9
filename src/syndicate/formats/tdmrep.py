"""How is the right to mine our texts reserved? By W3C's TDM Reservation Protocol: a file, headers, and a policy."""

from typing import Any

from syndicate.formats._json import encoded, present
from syndicate.model.licence import Addresses
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition

MEDIA_TYPE = "application/json"
POLICY_TYPE = "application/ld+json"
PROFILE = "http://www.w3.org/ns/tdmrep"
_CONTEXTS = ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"]


def headers(addresses: Addresses) -> dict[str, str]:
    """What stands over every answer that carries our work, or its terms."""
    return present(
        {"tdm-reservation": str(int(addresses.reserves_mining)), "tdm-policy": addresses.policy()},
    )


def statement(addresses: Addresses) -> bytes:
    """`/.well-known/tdmrep.json`: the same, of everything on the server where it is found."""
    rule = {"location": "/", "tdm-reservation": int(addresses.reserves_mining), "tdm-policy": addresses.policy()}
    return encoded([present(rule)])


def offer(*, publisher: Publisher, addresses: Addresses) -> Rendition:
    """The policy of the public licence: mining with our consent, or freely where it is permitted to every AI."""
    consent = [{"action": "obtainConsent"}] if addresses.reserves_mining else None
    document = {
        "@context": _CONTEXTS,
        "@type": "Offer",
        "profile": PROFILE,
        "uid": addresses.policy(),
        "assigner": _assigner(publisher, addresses),
        "permission": [present({"target": publisher.home_url, "action": "tdm:mine", "duty": consent})],
    }
    return Rendition(media_type=POLICY_TYPE, body=encoded(document))


def _assigner(publisher: Publisher, addresses: Addresses) -> dict[str, Any]:
    email = f"mailto:{publisher.contact}" if "@" in publisher.contact else None
    return present(
        {
            "uid": publisher.home_url,
            "vcard:fn": publisher.organisation,
            "vcard:nickname": publisher.site_name,
            "vcard:hasEmail": email,
            "vcard:hasURL": addresses.page,
        }
    )

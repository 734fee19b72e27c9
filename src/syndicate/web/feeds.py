"""Who may ask, by HTTP? Everybody for the public feeds, and each partner for its own while its agreement runs."""

import gzip
import re
from datetime import datetime, timedelta
from urllib.parse import quote

from fastapi import HTTPException, Request, Response

from syndicate.assemble import System
from syndicate.formats import FEED_FORMATS, rsl, tdmrep
from syndicate.ledger import feed_entries, feeds
from syndicate.ledger.feeds import SUBSCRIPTION, Served
from syndicate.model.clearance import PUBLIC
from syndicate.model.licence import Addresses
from syndicate.model.story import MONTH
from syndicate.rights.term import running
from syndicate.web.browsed import BROWSED, shown_as
from syndicate.web.conditional import CODINGS, DIGITS, compressed, digests, http_date, preferred, unchanged, wants_delta
from syndicate.web.credentials import require_reader
from syndicate.web.fetched import noted

_URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"


def read(request: Request, feed_id: str, suffix: str) -> Response:
    """`GET /feeds/ID.SUFFIX`, the id being `all`, `sections/专题专栏/域外关注` or `partners/NAME`.

    200, 304, 404, 410 once it was ended, 503 while it is unbuilt; a partner's own feed also 401, 403. With `A-IM: feed`
    and a validator that we still know, 226 with what has changed since (RFC 3229).
    """
    return _answer(request, feed_id, suffix, month=SUBSCRIPTION)


def read_archive(request: Request, feed_id: str, month: str, suffix: str) -> Response:
    """`GET /archives/ID/2026-10.SUFFIX`: what the feed holds of a month that is over (RFC 5005 §4).

    200, 304, 404, 410 when all of it was taken back; of a partner's own feed also 401, 403.
    """
    return _answer(request, feed_id, suffix, month=month)


def _answer(request: Request, feed_id: str, suffix: str, *, month: str) -> Response:
    system: System = request.app.state.system
    partner_id = system.newsroom.directory.owner(feed_id)
    if partner_id is not None:
        require_reader(request, system.ledger, partner_id=partner_id)
        _require_term(partner_id, system)
    served = _find(feed_id, suffix, month, system, audience=partner_id or PUBLIC)
    coding = preferred(request.headers, [name for name in CODINGS if name != "zstd" or served.zstd])
    etag = f'"{served.digest[:DIGITS]}{f"-{coding}" if coding else ""}"'
    modified = _modified(served, now=system.clock())
    headers = _headers(system, private=partner_id is not None, delta=month == SUBSCRIPTION)
    headers |= {"ETag": etag, "Link": _links(feed_id, suffix, month, system, audience=partner_id or PUBLIC)}
    if modified:
        headers["Last-Modified"] = http_date(modified)
    if unchanged(request.headers, etag=etag, modified=modified):
        answer = Response(status_code=304, headers=headers)
    else:
        answer = _told(request, served, feed_id, suffix, month, coding=coding, headers=headers)
    return noted(request, answer, served, feed_id=feed_id, suffix=suffix, month=month)


def _told(
    request: Request, served: Served, feed_id: str, suffix: str, month: str, *, coding: str, headers: dict[str, str]
) -> Response:
    """The document, or what has changed in it since the version that the asker has."""
    system: System = request.app.state.system
    if coding:
        headers["Content-Encoding"] = coding
    if month == SUBSCRIPTION and wants_delta(request.headers):
        for since in digests(request.headers):
            delta = system.feed_delta(feed_id, suffix, since=since)
            if delta is not None and delta.digest == served.digest:
                headers |= {"IM": "feed", "Cache-Control": "no-store, im"}
                content = compressed(delta.body, coding)
                return Response(content, 226, headers=headers, media_type=served.media_type)
    media_type = shown_as(request, served.media_type)
    return Response(_content(served, coding), headers=headers, media_type=media_type)


def _content(served: Served, coding: str) -> bytes:
    """The document's bytes in a coding; they were compressed when it was built."""
    if coding == "zstd" and served.zstd:
        return served.zstd
    return served.packed if coding == "gzip" else gzip.decompress(served.packed)


def _require_term(partner_id: str, system: System) -> None:
    """Let a partner pass whose agreement runs today, by the rule that clears its articles; else 403 with its reason."""
    partner = system.newsroom.directory.partner(partner_id)
    publisher, now = system.newsroom.publisher, system.clock()
    agreement = partner.agreement_at(now, publisher.timezone) if partner else None
    verdict = running(agreement, publisher=publisher, now=now)
    if verdict is not None:
        raise HTTPException(403, verdict.reason)


def _find(feed_id: str, suffix: str, month: str, system: System, *, audience: str) -> Served:
    definition = system.newsroom.directory.definition(feed_id, system.newsroom.publisher)
    unknown = HTTPException(404, "there is no such feed: see / for those there are")
    if "\0" in feed_id or suffix not in FEED_FORMATS or not re.fullmatch(MONTH, month):
        raise unknown
    with system.ledger.read() as connection:
        served = feeds.serve(connection, feed_id, suffix, month=month)
        known = served is not None or feeds.state(connection, feed_id) is not None
        had_month = bool(month) and known and feed_entries.had_month(connection, feed_id, month)
    if definition is None and known and audience == PUBLIC:
        raise HTTPException(410, "this feed was ended: see / for those there are")
    if definition is None or definition.audience != audience:
        raise unknown
    if served is not None:
        return served
    if month:
        raise HTTPException(410, "all of that month was taken back") if had_month else unknown
    if definition.named and not known:  # any path could be a section's, or a name: only one that had an article is
        raise unknown
    raise HTTPException(503, "this feed is being built for the first time", {"Retry-After": "5"})


def _modified(served: Served, *, now: datetime) -> datetime | None:
    """Last-Modified, in whole seconds; None during the second of the build.

    Another build may follow within that second, and who took the first one's date would never see the second.
    """
    second = served.built_at.replace(microsecond=0)
    return second if now >= second + timedelta(seconds=1) else None


def _headers(system: System, *, private: bool, delta: bool) -> dict[str, str]:
    seconds = system.settings.web.feed_max_age_s
    varies = ["Accept-Encoding", BROWSED, *(["A-IM"] if delta else []), *(["Authorization"] if private else [])]
    return {
        "Cache-Control": f"{'private' if private else 'public'}, max-age={seconds}, stale-while-revalidate={seconds}",
        "Vary": ", ".join(varies),
        **tdmrep.headers(system.newsroom.addresses),
    }


def _links(feed_id: str, suffix: str, month: str, system: System, *, audience: str) -> str:
    """Where this document is at home, who tells when it changes, and its licence (RFC 8288; WebSub §4)."""
    path = f"archives/{quote(feed_id)}/{month}" if month else f"feeds/{quote(feed_id)}"
    here = f"{system.newsroom.base_url.rstrip('/')}/{path}.{suffix}"
    told = () if month else system.newsroom.hubs_for(audience)
    hubs = "".join(f'<{_ascii(hub)}>; rel="hub", ' for hub in told)
    return f'<{_ascii(here)}>; rel="self", {hubs}{licence_links(system.newsroom.addresses)}'


def licence_links(addresses: Addresses) -> str:
    """The licence for people, and for machines (RSL 1.0), as a Link header has them."""
    links = f'<{_ascii(addresses.page)}>; rel="license"'
    return links + f', <{_ascii(addresses.machine)}>; rel="license"; type="{rsl.MEDIA_TYPE}"' * bool(addresses.machine)


def _ascii(url: str) -> str:
    """A URL as a header can carry it; what is percent-encoded already stays so."""
    return quote(url, safe=_URL_CHARACTERS)

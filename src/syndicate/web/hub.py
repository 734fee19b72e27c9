"""Who may ask, by HTTP? Whoever wants to be told when a feed of ours changes: our WebSub hub (W3C, 23 January 2018)."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from fastapi import HTTPException, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from syndicate.assemble import System
from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds
from syndicate.model.clearance import PUBLIC
from syndicate.model.problem import Invalid, Problem, problems_of
from syndicate.model.record import Url
from syndicate.model.subscription import SECRET_BYTES, Topic, Wish, topic_at
from syndicate.pipeline.subscribe import RETRY_AFTER_S, TooMany, subscribe
from syndicate.transports.sealed import KEY_NAME, seal
from syndicate.web.bodies import read_body
from syndicate.web.credentials import feed_token
from syndicate.web.limits import Limits
from syndicate.web.tokens import recognise

MOST_BYTES = 16 * 1024
_FORM = "application/x-www-form-urlencoded"
_PARAMETERS = ("hub.mode", "hub.callback", "hub.topic", "hub.lease_seconds", "hub.secret", "hub.url")
_URL = TypeAdapter(Url)


async def ask(request: Request) -> Response:
    """`POST /hub`: 202, to be verified; 400, 403, 404, 408, 413, 415, 429; what is wrong is said in plain text."""
    system: System = request.app.state.system
    limits: Limits = request.app.state.limits
    try:
        limits.spend_address(request)
        told = await _told(request, system)
        return await run_in_threadpool(_answer, request, told, system)
    except HTTPException as error:
        return _said(error.status_code, str(error.detail), headers=error.headers)
    except Invalid as error:
        return _said(400, *map(str, error.problems))
    except TooMany as error:
        return _said(429, error.reason, headers={"Retry-After": str(RETRY_AFTER_S)})


async def _told(request: Request, system: System) -> dict[str, str]:
    """The parameters that we know; others are passed over (WebSub §5.1)."""
    if not system.newsroom.hub_url:
        raise HTTPException(404, "there is no hub here")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"send the parameters as {_FORM}", {"Accept": _FORM})
    body = await read_body(request, "a request", at_most=MOST_BYTES)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:  # of UnicodeDecodeError, too
        raise HTTPException(400, "the body can't be read: send a form in UTF-8") from None
    known = [(name, value) for name, value in pairs if name in _PARAMETERS]
    twice = sorted({name for name, _ in known if sum(name == other for other, _ in known) > 1})
    if twice:
        raise Invalid([Problem(field=name, message="is given more than once") for name in twice])
    return dict(known)


def _answer(request: Request, told: Mapping[str, str], system: System) -> Response:
    mode = told.get("hub.mode", "")
    if mode == "publish":
        return _published(told, system)
    if mode not in ("subscribe", "unsubscribe"):
        raise Invalid([Problem(field="hub.mode", message="must be subscribe or unsubscribe")])
    wish = _wish(request, told, system)
    system.handover(subscribe(system.ledger, wish, policy=system.settings.hub_policy))
    return _said(202, f"accepted: {wish.host} is going to be asked whether this was meant")


def _published(told: Mapping[str, str], system: System) -> Response:
    """We know when our feeds change: whoever tells us is thanked, and nothing follows."""
    url = told.get("hub.url") or told.get("hub.topic", "")
    found = topic_at(url, base_url=system.newsroom.base_url)
    if found is None or not _is_public(found[0], system):
        raise Invalid([Problem(field="hub.url", message="is not one of our feeds: this hub serves these alone")])
    return _said(202, "accepted: this hub hears by itself when its feeds change")


def _wish(request: Request, told: Mapping[str, str], system: System) -> Wish:
    """What is asked for. Raises `Invalid` with everything that is wrong, or 403 for what the token doesn't open."""
    policy = system.settings.hub_policy
    callback, problems = _callback(told.get("hub.callback", ""), plain_http=policy.plain_http)
    secret = told.get("hub.secret", "")
    if len(secret.encode()) >= SECRET_BYTES:
        problems.append(Problem(field="hub.secret", message=f"must be less than {SECRET_BYTES} bytes long"))
    asked_s, found = None, None
    mode = told["hub.mode"]
    try:
        asked_s = _seconds(told.get("hub.lease_seconds")) if mode == "subscribe" else None
    except ValueError as error:
        problems.append(Problem(field="hub.lease_seconds", message=str(error)))
    found = topic_at(told.get("hub.topic", ""), base_url=system.newsroom.base_url)
    if found is None or found[0].format not in FEED_FORMATS:
        problems.append(_no_topic(told))
    if problems or found is None:
        raise Invalid(problems)
    audience, holder = _audience(request, *found, system=system)
    sealed = seal({"topic": told["hub.topic"], "secret": secret}, key=system.settings.secret_or_new(KEY_NAME))
    return Wish(
        intent="subscribe" if mode == "subscribe" else "unsubscribe",
        topic=found[0],
        callback=callback,
        audience=audience,
        lease_s=policy.lease(asked_s),
        sealed=sealed,
        token_id=holder,
    )


def _no_topic(told: Mapping[str, str]) -> Problem:
    said = "is not the address of one of our feeds, as its rel=self has it" if told.get("hub.topic") else "is required"
    return Problem(field="hub.topic", message=said)


def _callback(text: str, *, plain_http: bool) -> tuple[str, list[Problem]]:
    field = "hub.callback"
    if not text:
        return "", [Problem(field=field, message="is required")]
    try:
        url = _URL.validate_python(text)
    except ValidationError as error:
        return "", problems_of(error, under=field)
    problems = []
    if urlsplit(url).scheme != "https" and not plain_http:
        problems.append(Problem(field=field, message="must begin with https://"))
    if "#" in url:
        problems.append(Problem(field=field, message="must have no fragment"))
    if not url.isascii():
        problems.append(Problem(field=field, message="must be percent-encoded: it has characters beyond ASCII"))
    return url, problems


def _seconds(text: str | None) -> int | None:
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:12]) == 0:
        raise ValueError("must be a number of seconds, 1 or more")
    return int(text[:12])


def _audience(request: Request, topic: Topic, query: str, *, system: System) -> tuple[str, str | None]:
    """Whose feed it is, and which token opens it. Whoever has none isn't told whether there is such a partner."""
    partner_id = system.newsroom.directory.owner(topic.feed_id)
    if partner_id is None:
        if query or not _is_public(topic, system):
            raise Invalid([_no_topic({"hub.topic": "given"})])
        return PUBLIC, None
    token = feed_token(request) or next(iter(parse_qs(query).get("token", [])), None)
    holder = recognise(system.ledger, token or "", now=system.clock())
    if holder is None or not holder.may("feeds:read", partner_id=partner_id):
        raise HTTPException(403, "hub.topic: a partner's feed needs that partner's token, in its address or as for it")
    return partner_id, holder.id


def _is_public(topic: Topic, system: System) -> bool:
    """Whether everybody may read it, and it has been there: any path could be a section's."""
    definition = system.newsroom.directory.definition(topic.feed_id, system.newsroom.publisher)
    if definition is None or definition.audience != PUBLIC or topic.format not in FEED_FORMATS:
        return False
    with system.ledger.read() as connection:
        return feeds.state(connection, topic.feed_id) is not None


def _said(status: int, *lines: str, headers: Mapping[str, str] | None = None) -> Response:
    text: Sequence[str] = [line[:500] for line in lines[:20]]
    told = {"Cache-Control": "no-store"} | dict(headers or {})
    return Response("\n".join(text) + "\n", status, told, "text/plain; charset=utf-8")

"""How does it travel? One file per protocol, behind one table; `http.py` is the only door to the web.

To add a transport: its file (see `protocol.py`), a line in TRANSPORTS, a peer in tests/conformance/test_transports.py.
"""

import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import structlog
from pydantic import ValidationError

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.problem import Problem, problems_of
from syndicate.transports.errors import DestinationMisconfigured, PartnerRefused, PartnerUnavailable
from syndicate.transports.protocol import Transport, TransportModule
from syndicate.transports.secrets import A_SECRET, SecretGetter

if TYPE_CHECKING:
    from syndicate.transports.http import Door

TRANSPORTS = {
    "webhook": "syndicate.transports.webhook",
}
"""A destination's `transport` and the module that is it, loaded when first asked for."""

OURS = {
    "websub": "syndicate.transports.websub",
    "websub-ping": "syndicate.transports.websub_ping",
}
"""The same for destinations that no file describes: subscribers to our feeds, and others' hubs."""


def settings_problems(transport: str, settings: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in a destination's `transport` and `settings`; the fields begin with one of these words."""
    if transport not in TRANSPORTS | OURS:
        return [_unknown(transport)]
    try:
        _module(transport).SETTINGS.model_validate(settings)
    except ValidationError as error:
        return problems_of(error, under="settings")
    return []


def written_problems(transport: str, settings: Mapping[str, Any]) -> list[Problem]:
    """The same of what stands in a file, where nobody can name ours."""
    return settings_problems(transport, settings) if transport in TRANSPORTS else [_unknown(transport)]


def deadline_s(transport: str, settings: Mapping[str, Any]) -> float:
    """How long one try may take at this destination, in seconds; 0 when its settings are wrong."""
    if settings_problems(transport, settings):
        return 0.0
    return float(getattr(_module(transport).SETTINGS.model_validate(settings), "deadline_s", 0.0))


def address(transport: str, settings: Mapping[str, Any]) -> str:
    """Where a destination is, by its `url`; empty when its settings are wrong."""
    if settings_problems(transport, settings):
        return ""
    return str(getattr(_module(transport).SETTINGS.model_validate(settings), "url", ""))


def secret_names(transport: str, settings: Mapping[str, Any]) -> list[str]:
    """The secrets that a destination uses, by name; none when its settings are wrong."""
    if settings_problems(transport, settings):
        return []
    form = _module(transport).SETTINGS
    told = form.model_validate(settings)
    fields = [name for name, field in form.model_fields.items() if A_SECRET in field.metadata]
    return [getattr(told, name) for name in fields if getattr(told, name)]


def open_transport(transport: str, settings: Mapping[str, Any], *, secret: SecretGetter, door: "Door") -> Transport:
    """The transport of a destination, ready to send; connects to nothing yet.

    Raises DestinationMisconfigured with every problem when the transport is unknown or its settings are wrong.
    """
    if problems := settings_problems(transport, settings):
        raise DestinationMisconfigured("; ".join(str(problem) for problem in problems))
    module = _module(transport)
    return module.TRANSPORT(settings=module.SETTINGS.model_validate(settings), secret=secret, door=door)


def outcome_of(send: Callable[[Parcel], Outcome], parcel: Parcel) -> Outcome:
    """Try once and say what came of it. Raises nothing."""
    try:
        return send(parcel)
    except Exception as error:
        return outcome_of_error(error, parcel.delivery_id)


def outcome_of_error(error: Exception, delivery_id: str) -> Outcome:
    """What an error means: the one place where errors become outcomes. What no transport may raise is a bug of ours."""
    match error:
        case PartnerUnavailable():
            return Outcome(
                kind="unavailable",
                reason=error.reason,
                retry_after_s=error.retry_after_s,
                timed_out=error.timed_out,
                status=error.status,
                answer=error.answer,
            )
        case PartnerRefused():
            return Outcome(kind="refused", reason=error.reason, status=error.status, answer=error.answer)
        case DestinationMisconfigured():
            return Outcome(kind="misconfigured", reason=error.reason, status=error.status, answer=error.answer)
        case _:
            # Written out here: a renderer that shows local variables would show the body and the secret.
            told = "".join(traceback.format_exception(error))
            structlog.get_logger(__name__).error("transport_bug", delivery_id=delivery_id, traceback=told)
            reason = "".join(character for character in f"{type(error).__name__}: {error}" if character.isprintable())
            return Outcome(kind="bug", reason=reason[:500])


def _unknown(transport: str) -> Problem:
    known = ", ".join(TRANSPORTS)
    return Problem(field="transport", message=f"{transport!r} is not a transport; there is: {known}")


def _module(transport: str) -> TransportModule:
    return cast(TransportModule, import_module((TRANSPORTS | OURS)[transport]))

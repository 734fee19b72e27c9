"""Does a subscriber want what was asked for in its name? Asks callbacks, side by side (WebSub §5.2 and §5.3)."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import structlog

from syndicate.model.subscription import HubPolicy, Question, Reply, asking
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Door, Get
from syndicate.transports.sealed import KEY_NAME, unseal
from syndicate.transports.secrets import SecretGetter, secret_text
from syndicate.transports.webhook import our_name

log = structlog.get_logger(__name__)

AT_ONCE = 16


class Callbacks:
    """The way to callbacks, by a door of its own. Make it after a fork, not before; `close` it at the end."""

    def __init__(self, *, secret: SecretGetter, policy: HubPolicy) -> None:
        self._secret, self._policy = secret, policy
        self._door = Door()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="callback")

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        """What each of these answers, in order."""
        return list(self._threads.map(self._ask, questions))

    def close(self) -> None:
        """Break off what is under way and close every connection."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._door.close()

    def _ask(self, question: Question) -> Reply:
        challenge = secrets.token_urlsafe(32)
        try:
            topic = unseal(question.sealed, key=secret_text(KEY_NAME, self._secret))["topic"]
            answer = self._door.get(
                Get(
                    url=asking(question.callback, _parameters(question, topic, challenge)),
                    headers={"User-Agent": our_name(), "Cache-Control": "no-cache"},
                    policy=self._policy.network,
                    deadline_s=self._policy.deadline_s,
                    max_response_bytes=len(challenge) + 1,
                )
            )
        except PartnerUnavailable as error:
            return Reply("unclear" if error.status is None else "not confirmed", error.reason)
        except DestinationMisconfigured as error:
            return Reply("not confirmed", error.reason)
        except Exception as error:
            log.exception("callback_bug", host=urlsplit(question.callback).hostname)
            return Reply("unclear", f"it could not be asked: {type(error).__name__}")
        return _meaning(answer.status, answer.body, challenge)


def _parameters(question: Question, topic: str, challenge: str) -> dict[str, str]:
    told = {"hub.mode": question.intent, "hub.topic": topic}
    if question.intent == "denied":
        return told | ({"hub.reason": question.reason} if question.reason else {})
    told["hub.challenge"] = challenge
    return told | ({"hub.lease_seconds": str(question.lease_s)} if question.intent == "subscribe" else {})


def _meaning(status: int, body: bytes, challenge: str) -> Reply:
    """Only a 2xx that gives the challenge back confirms; everything else has failed (WebSub §5.3.1)."""
    if status // 100 != 2:
        return Reply("not confirmed", f"the callback answered {status}")
    if not secrets.compare_digest(body, challenge.encode()):
        return Reply("not confirmed", f"the callback answered {status}, but not with the challenge")
    return Reply("confirmed", f"the callback has confirmed ({status})")

"""How does one see whether a page is gone? Looks at partners' pages, side by side, each as its destination is set."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from syndicate.model.partner import Destination
from syndicate.model.takedown import Sight
from syndicate.transports import open_transport
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Door
from syndicate.transports.protocol import SeesPages
from syndicate.transports.secrets import SecretGetter

log = structlog.get_logger(__name__)

AT_ONCE = 16


class Pages:
    """The way to partners' pages, by a door of its own. Make it after a fork, not before; `close` it at the end."""

    def __init__(self, *, secret: SecretGetter) -> None:
        self._secret = secret
        self._door = Door()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")

    def look(self, pages: Sequence[tuple[Destination, str]]) -> list[Sight]:
        """What each of these pages shows, in order: the url of a copy, and the destination it is a copy at."""
        return list(self._threads.map(self._look, pages))

    def close(self) -> None:
        """Break off what is under way and close every connection."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._door.close()

    def _look(self, page: tuple[Destination, str]) -> Sight:
        destination, url = page
        try:
            opened = open_transport(destination.transport, destination.settings, secret=self._secret, door=self._door)
            if not isinstance(opened, SeesPages):
                return Sight("unknown", f"a page can't be looked at by {destination.transport}")
            return meaning(opened.look(url).status)
        except (PartnerUnavailable, DestinationMisconfigured) as error:
            return Sight("unknown", error.reason, error.status)
        except Exception as error:
            log.exception("page_bug", destination=destination.name)
            return Sight("unknown", f"it could not be looked at: {type(error).__name__}")


def meaning(status: int) -> Sight:
    """What a page's answer means for an article that was taken back."""
    match status:
        case 404 | 410:
            return Sight("gone", f"the page is gone ({status})", status)
        case 200:
            return Sight("there", "the page is there still (200)", status)
        case _:
            return Sight("unknown", f"the page answers {status}, which doesn't say whether it is gone", status)

"""Who may ask, by HTTP? Whoever reaches the port that this process listens on."""

import signal
import sys

import uvicorn

from syndicate.assemble import assemble_with_queue
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import Settings
from syndicate.web.app import make_app

STOP_WITHIN_S = 20  # for requests that are being answered when we are told to stop


def serve(settings: Settings) -> None:
    """Answer until TERM or Ctrl-C, then finish what was begun. Raises `Invalid` when the configuration is wrong."""
    set_up_logs(settings.log_level)
    # Uvicorn stops in good order on TERM, then sends itself the same signal again: this ends us as a success.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    system = assemble_with_queue(settings)
    try:
        uvicorn.run(
            make_app(system),
            host=settings.web.host,
            port=settings.web.port,
            access_log=False,  # it would log query strings, and tokens with them; see journal.py
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1,::1",
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
    finally:
        system.close()

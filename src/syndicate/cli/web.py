"""Who may ask, by shell? `web` runs the web process: events in, feeds out, status and probes."""

import typer

from syndicate.cli.opening import plain_errors, settings_of


def web(context: typer.Context) -> None:
    """Serve HTTP until stopped, on the host and port of the settings. `syndicate up` runs this for you."""
    with plain_errors():
        from syndicate.web.serve import serve  # here, because FastAPI takes half a second that no other command needs

        serve(settings_of(context))

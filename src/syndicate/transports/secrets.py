"""How a transport gets at its secrets: by name, from whoever keeps them."""

from collections.abc import Callable
from typing import Annotated

from syndicate.model.record import Slug
from syndicate.transports.errors import DestinationMisconfigured

SecretGetter = Callable[[str], str]
"""From a secret's name to the secret; KeyError when there is none of that name, OSError when it can't be read."""

A_SECRET = "the name of a secret"  # noqa: S105 - a mark, not one
SecretName = Annotated[Slug, A_SECRET]
"""A setting that names a secret, and is never the secret itself."""


def secret_text(name: str, secret: SecretGetter) -> str:
    """The secret of this name. Raises DestinationMisconfigured when it isn't set."""
    try:
        return secret(name)
    except KeyError:
        raise DestinationMisconfigured(f"secret {name} is not set") from None
    except OSError as error:
        raise DestinationMisconfigured(f"secret {name} can't be read: {error.strerror}") from None

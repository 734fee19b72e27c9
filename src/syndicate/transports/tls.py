"""Whom do we believe, and who are we, over TLS? For destinations where it is not the public authorities, and nobody."""

import os
import ssl
import tempfile
from dataclasses import dataclass
from functools import lru_cache

from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.secrets import SecretGetter, secret_text

PEM = "-----BEGIN "


@dataclass(frozen=True, slots=True, repr=False)
class Tls:
    """PEM texts: the authorities that vouch for a destination, not the public ones; our certificate with its key."""

    ca: str = ""
    certificate: str = ""


def read_tls(*, ca: str, certificate: str, secret: SecretGetter) -> Tls | None:
    """What these secrets hold; None when no name is given. Raises DestinationMisconfigured that names the bad one."""
    if not (ca or certificate):
        return None
    authorities = secret_text(ca, secret) if ca else ""
    ours = secret_text(certificate, secret) if certificate else ""
    for name, tls in ((ca, Tls(ca=authorities)), (certificate, Tls(certificate=ours))):
        try:
            context(tls)
        except (ssl.SSLError, ValueError, OSError):  # its own words might show some of it
            wanted = (
                "PEM: certificates of authorities" if name == ca else "PEM: our certificate, and its key unencrypted"
            )
            raise DestinationMisconfigured(f"secret {name} is not what it should be, which is {wanted}") from None
    return Tls(authorities, ours)


@lru_cache(maxsize=256)
def context(tls: Tls | None, *, ca_file: str | None = None) -> ssl.SSLContext:
    """How Python's TLS does it; `ca_file` stands for the public authorities. Raises SSLError for what is no PEM."""
    made = ssl.create_default_context(cadata=tls.ca) if tls and tls.ca else ssl.create_default_context(cafile=ca_file)
    if tls and tls.certificate:
        with tempfile.NamedTemporaryFile("w", suffix=".pem", encoding="utf-8") as file:  # Python takes none from memory
            os.fchmod(file.fileno(), 0o600)
            file.write(tls.certificate)
            file.flush()
            made.load_cert_chain(file.name, password=_no_password)
    return made


def _no_password() -> str:
    raise ValueError("the key is encrypted")

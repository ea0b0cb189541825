"""The certificates of one's own authority, pasted as text: what verifies a server instead of the public ones."""

import base64
import re
import ssl
from typing import Final

_BLOCK: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL | re.ASCII
)
_KEY: Final = "PRIVATE KEY-----"


def own_authority_context(text: str) -> ssl.SSLContext:
    """Return what trusts the certificates in a text, and no others.

    Lines may be wrapped in any way, and whatever else is between the certificates is ignored.
    `ValueError` when there is none, when one is damaged, and when a private key was pasted,
    which must not be kept. To be made in the executor.
    """
    if _KEY in text:
        raise ValueError("a private key")
    certificates = [
        base64.b64decode("".join(body.split()), validate=True) for body in _BLOCK.findall(text)
    ]
    if not all(certificates) or not certificates:
        raise ValueError("no certificate")
    try:
        context = ssl.create_default_context(cadata=b"".join(certificates))
    except ssl.SSLError as error:
        raise ValueError(error.reason) from error
    # What an authority of one's own issues with the commands of PostgreSQL's manual lacks what
    # public ones must write; PostgreSQL's own clients do not ask for it either.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context

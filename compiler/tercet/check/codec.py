"""`Check` to and from the JSON of `tercet check --json`; both directions test the contract."""

from tercet.check.contract import VERSION, Check
from tercet.documents import Document

DOCUMENT = Document("the check", Check, VERSION, "`tercet check --json`")


def encode(check: Check) -> str:
    """The JSON text of a check. It is decoded once here, so that it is always valid."""
    return DOCUMENT.encode(check)


def decode(text: str) -> Check:
    """The check of a JSON text. Raises TercetError with path and reason if it is invalid."""
    return DOCUMENT.decode(text)

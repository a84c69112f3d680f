"""The JSON of `tercet check --json`: encode, hold to the contract, decode."""

from tercet.check.contract import VERSION, Check
from tercet.documents import Document

DOCUMENT = Document("the check", Check, VERSION, "`tercet check --json`")


def encode(check: Check) -> str:
    """The text, already read back once: what is written is always valid."""
    return DOCUMENT.encode(check)


def decode(text: str) -> Check:
    """The check in a text; a `TercetError` says what is wrong with one that is none."""
    return DOCUMENT.decode(text)

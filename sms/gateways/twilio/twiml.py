"""TwiML: the XML that answers Twilio's request with messages.

The library's own writer builds an element tree and namespaces for it, which cost more than all that a status question
asks of the database; a test holds this one to the same document.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def twiml(texts: Iterable[str], callback: str = "") -> str:
    """The document that answers with `texts`, one message each; they hold nothing that XML forbids (`printable`). What
    becomes of them is reported to the address `callback`, if there is one."""
    begin = f"<Message statusCallback={quoteattr(callback)}>" if callback else "<Message>"
    messages = "".join(f"{begin}{escape(text)}</Message>" for text in texts)
    return f"{_HEAD}<Response>{messages}</Response>" if messages else f"{_HEAD}<Response />"

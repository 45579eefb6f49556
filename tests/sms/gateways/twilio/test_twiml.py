"""TwiML as we write it is the document that Twilio's own library would write."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse

from core.text import printable
from sms.gateways.twilio.twiml import twiml

NOTHING_SPECIAL = ["两个女儿可以领", "a & b", "<Response>", "]]>", "\"'", "第一行\n第二行", "😀", " 前后有空格 "]


def _by_the_library(texts: list[str]) -> str:
    response = MessagingResponse()
    for text in texts:
        response.message(text)
    return str(response)


@pytest.mark.parametrize("texts", [[], *([text] for text in NOTHING_SPECIAL), NOTHING_SPECIAL])
def test_the_document_is_the_librarys(texts: list[str]) -> None:
    """To the character."""
    assert twiml(texts) == _by_the_library(texts)


@given(st.lists(st.text()))
def test_what_is_printable_comes_back_as_it_was(texts: list[str]) -> None:
    """Whatever an answer holds, a parser reads the same words out of it."""
    said = [printable(text) for text in texts]
    found = ElementTree.fromstring(twiml(said).encode())
    assert [message.text or "" for message in found] == [
        text.replace("\r\n", "\n").replace("\r", "\n") for text in said
    ]

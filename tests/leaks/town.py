"""A town of people who report something in one day, through both doors of a running installation."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
from twilio.request_validator import RequestValidator

from demo import providers
from demo.provider_state import ProviderState
from tests.lines import eventually
from tests.processes import SECONDS

# In every text, and in every address: what the searches look for.
MARK, PHONES, CHATS = "龘靐齉爩麤灪", "13876543", "58765432"
BEGIN = ("4", "1", "名T1V1", "12")


def texts(number: int) -> tuple[str, str]:
    """What the person of that number tells."""
    return f"{MARK}第{number}组的会计姓甘，{MARK}", f"钱从2019年起每年少三成，{MARK}第{number}回说"


@dataclass
class Texter:
    """Somebody who texts through Twilio's webhook, and texts again where nothing came back."""

    number: int
    url: str
    http: httpx.Client
    tries: Callable[[], None]
    _sent: int = 0
    receipt: str = ""

    def tell(self) -> None:
        """The whole way, with the number typed back."""
        for text in (*BEGIN, *texts(self.number)):
            self._says(text)
        said = self._says("完")
        self.receipt = "".join(re.findall(r"\d{4}", said)[:4])
        assert self._says(self.receipt).startswith("对上了")

    def _says(self, text: str) -> str:
        while True:
            self._sent += 1
            said = self._posted(text, f"SM{self.number:03}{self._sent:029}")
            if "请过" not in said:  # 请过几分钟再发, 请过一分钟再发
                return said
            self.tries()

    def _posted(self, text: str, sid: str) -> str:
        """The last message of the answer; asked for again, under the same id, where nobody answered."""
        form = {"From": f"+86{PHONES}{self.number:03}", "To": providers.DEMO_NUMBER, "Body": text, "NumMedia": "0"}
        form["MessageSid"] = sid
        signature = RequestValidator(providers.DEMO_AUTH_TOKEN).compute_signature(self.url, form)
        while True:
            try:
                answer = self.http.post(self.url, data=form, headers={"X-Twilio-Signature": signature})
            except httpx.TransportError:
                self.tries()
                continue
            return "".join(message.text or "" for message in list(ET.fromstring(answer.content))[-1:])


@dataclass
class Chatter:
    """Somebody who tells it to the bot."""

    number: int
    state: ProviderState
    receipt: str = ""
    heard: list[str] = field(default_factory=list)

    def tell(self) -> None:
        """The whole way, with the number typed back."""
        chat = int(f"{CHATS}{self.number:02}")
        self.state.people.name(chat, "甲", "zh")
        for text, awaited in self._steps():
            before = self._noted(chat)
            self.state.people.text(chat, text)
            while not self._is_answered(chat, awaited, before):
                self.state.people.text(chat, text)
        self.state.people.text(chat, self.receipt)
        eventually(lambda: any(text.startswith("对上了") for text in self._shown(chat)), "the last word", SECONDS)

    def _steps(self) -> Sequence[tuple[str, str]]:
        asked = ("不问姓名", "事情在哪里", "和哪级", "请说。")
        return [*zip(BEGIN, asked, strict=True), *((text, "") for text in texts(self.number)), ("完", "请抄在纸上")]

    def _is_answered(self, chat: int, awaited: str, before: int) -> bool:
        """Whether it was taken; not where it is to be sent again in a minute."""

        def busy() -> bool:
            return any("请过一分钟再发" in text for text in self._shown(chat)[-1:])

        eventually(lambda: self._has_come(chat, awaited, before) or busy(), awaited, SECONDS)
        return self._has_come(chat, awaited, before)

    def _has_come(self, chat: int, awaited: str, before: int) -> bool:
        if not awaited:
            return self._noted(chat) < before or not any(MARK in text for text in self._shown(chat))
        shown = [text for text in self._shown(chat) if awaited in text]
        if shown and "编号" in shown[-1]:
            self.receipt = "".join(re.findall(r"\d{4}", shown[-1])[:4])
        return bool(shown)

    def _noted(self, chat: int) -> int:
        return len(self._shown(chat))

    def _shown(self, chat: int) -> list[str]:
        entries: list[dict[str, str]] = self.state.people.screen(chat)["entries"]  # type: ignore[assignment]
        return [entry["text"] for entry in entries]

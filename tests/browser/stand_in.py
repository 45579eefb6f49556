"""A whole demo in one process with a toy line: enough to try the page before and beside the true one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from flask import Blueprint, Flask, Response, jsonify, request
from twilio.twiml.messaging_response import MessagingResponse

from demo.clock_control import clock_control
from demo.loopback import LoopbackServer
from demo.phone_page import Resident, phone_page
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_BOT_TOKEN, DEMO_NUMBER, create_app, demo_line
from demo.stepped_clock import SteppedClock

STATUS = (
    "您的申报到了第5步“乡镇公示”。名单3月6日至15日张贴在镇政府门口，也可回复3查看。\n"
    "下一步：4月16日前报区里审批。\n回复 菜单 回到开头。"
)
MENU = "奖扶热线，请选一项：\n1 查资格\n2 查进度\n3 看公示、提异议\n4 反映问题\n5 问政策\n0 找人工"
ANSWERS = {"2": STATUS, "菜单": MENU}
BUTTONS = [("1 查资格", "check"), ("2 查进度", "status"), ("3 看公示", "list"), ("5 问政策", "ask")]

_PEOPLE = [
    ("li", "李秀英，67岁", "Li Xiuying, 67", 1, 5001, "正在乡镇公示，发 2 查进度", "On the township's list: text 2"),
    ("wang", "王建国，60岁", "Wang Jianguo, 60", 2, 5002, "今年刚满60，发 1 查资格", "Just 60 this year: text 1"),
    (
        "zhao",
        "赵大山，72岁",
        "Zhao Dashan, 72",
        3,
        None,
        "已领三年，没有智能手机",
        "Paid for three years, no smartphone",
    ),
    ("sun", "小敏，22岁", "Xiaomin, 22", None, 5004, "在城里打工，替奶奶问", "Works in town, asks for her grandmother"),
]
RESIDENTS = [
    Resident(name, zh, en, f"+861380000000{phone}" if phone else None, telegram, hint_zh, hint_en)
    for name, zh, en, phone, telegram, hint_zh, hint_en in _PEOPLE
]


@dataclass(frozen=True)
class Demo:
    """What a browser test needs to know of a running demo."""

    url: str
    residents: list[Resident]
    unasked: Callable[[Resident, str], None]  # the line sends a resident a text by every channel he has


def stand_in_demo(stack: ExitStack) -> Demo:
    """Starts page, toy line and providers on loopback; `stack` ends them."""
    page = Flask("stand_in")
    web = stack.enter_context(LoopbackServer(page))
    providers = stack.enter_context(LoopbackServer(create_app(demo_line(web.url, "【奖扶办】", "[JF Office]"))))
    page.register_blueprint(phone_page(providers.url, RESIDENTS))
    page.register_blueprint(_clock(Path(stack.enter_context(TemporaryDirectory()))))
    page.register_blueprint(_cases())
    page.add_url_rule("/sms/inbound", "inbound", _answer_text, methods=["POST"])
    over = threading.Event()
    bot = threading.Thread(target=_toy_bot, args=(f"{providers.url}/telegram/bot{DEMO_BOT_TOKEN}", over), daemon=True)
    bot.start()
    stack.callback(over.set)
    return Demo(web.url, RESIDENTS, partial(_send_unasked, providers.url))


def _clock(folder: Path) -> Blueprint:
    """The clock's control, on 5 May; every Friday a list opens."""
    clock = SteppedClock(ZoneInfo("Asia/Shanghai"), folder / "clock")
    clock.show_day(date(2026, 5, 5))
    return clock_control(
        clock, lambda after: (after + timedelta(days=(3 - after.weekday()) % 7 + 1), "list_opens_district")
    )


def _cases() -> Blueprint:
    """Two cases to decide; one belongs to an office where nobody is."""
    shown = {"village": "松湾村", "state": "open", "due": "2026-05-10"}
    said = [{"ground": "age", "words": "他才五十八"}, {"ground": None, "words": "<b>大家都知道</b>"}]
    waiting = [
        {"id": 1, "kind": "entry", "entry": 7, "level": "district", "office": "清溪区", "officer": "何国华"}
        | {"voices": 2, **shown},
        {"id": 2, "kind": "death", "entry": None, "level": "", "office": "石桥镇", "officer": None}
        | {"voices": 1, **shown},
    ]
    blueprint = Blueprint("cases", __name__)
    blueprint.add_url_rule("/demo/api/cases", "cases", lambda: jsonify(cases=waiting))
    blueprint.add_url_rule("/demo/api/cases/<int:_id>", "sheet", lambda _id: jsonify(ref="", said=said))

    @blueprint.post("/demo/api/cases/<int:case_id>")
    def decide(case_id: int) -> Response | tuple[Response, int]:
        if request.json["reason"] == "不归我管":
            return jsonify(error="not_decided", words=""), 409
        waiting[:] = [case for case in waiting if case["id"] != case_id]
        return jsonify(decided=request.json)

    return blueprint


def _send_unasked(providers_url: str, resident: Resident, text: str) -> None:
    account = f"/twilio/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages.json"
    with httpx.Client(base_url=providers_url, trust_env=False) as http:
        if resident.phone:
            form = {"To": resident.phone, "From": DEMO_NUMBER, "Body": text}
            http.post(account, data=form, auth=(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN)).raise_for_status()
        if resident.telegram_id:
            body = {"chat_id": resident.telegram_id, "text": text}
            http.post(f"/telegram/bot{DEMO_BOT_TOKEN}/sendMessage", json=body).raise_for_status()


def _answer_text() -> Response:
    twiml = MessagingResponse()
    twiml.message(ANSWERS.get(request.form["Body"], f"您说的是：{request.form['Body']}"))
    return Response(str(twiml), content_type="text/xml")


def _toy_bot(url: str, over: threading.Event) -> None:
    with httpx.Client(base_url=f"{url}/", trust_env=False, timeout=30) as http:

        def call(method: str, **params: Any) -> Any:
            return http.post(method, json=params).json().get("result")

        for language, words in (("zh", ["主菜单", "查资格", "查进度"]), ("en", ["Main menu", "Check", "Status"])):
            names = ("menu", "check", "status")
            listed = [{"command": c, "description": d} for c, d in zip(names, words, strict=True)]
            call("setMyCommands", commands=listed, language_code=language)
        offset = 0
        while not over.is_set():
            try:
                for update in call("getUpdates", offset=offset, timeout=1) or []:
                    offset = update["update_id"] + 1
                    _answer_update(call, update)
            except httpx.HTTPError:
                return


def _answer_update(call: Callable[..., Any], update: dict[str, Any]) -> None:
    if query := update.get("callback_query"):
        call("answerCallbackQuery", callback_query_id=query["id"], text="查到了")
        message = query["message"]
        call("editMessageReplyMarkup", chat_id=message["chat"]["id"], message_id=message["message_id"])
        call("sendMessage", chat_id=message["chat"]["id"], text=STATUS)
    elif message := update.get("message"):
        chat, text = message["chat"]["id"], message.get("text", "")
        keyboard = [[{"text": label, "callback_data": data} for label, data in BUTTONS[i : i + 2]] for i in (0, 2)]
        if text in ("/start", "/menu", "菜单"):
            call("sendMessage", chat_id=chat, text=MENU, reply_markup={"inline_keyboard": keyboard})
        else:
            call("sendMessage", chat_id=chat, text=f"您说的是：{text}")

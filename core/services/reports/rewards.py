"""Rewards for true reports: a word of six characters that anyone may say at any counter, so nobody needs a name."""

from __future__ import annotations

import secrets
from datetime import date

from nacl.pwhash import argon2id
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.report import ReportReward
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.text import fold

# Things that everybody can write, say and tell apart: 128 of them, so that six make 42 bits.
CHARACTERS = (
    "山水火土木石田井河江湖海沙云雨雪风雷星月春夏秋冬东西南北红黄蓝绿白黑金银铜铁竹松柳杨桃李梅兰"
    "荷菊麦豆瓜果米面油盐茶酒糖鸡鸭鹅牛羊马猪狗猫兔鱼虾鸟燕鹰虎龙象鹿船车桥路门窗灯伞钟鼓琴笔"
    "纸书画针线布衣帽鞋锅碗刀勺桌椅床镜梯锄犁网塔亭楼城村街手足耳目口心珠毛皮旗帆"
)
LENGTH = 6
# The same everywhere, as the inspector's machine knows no installation; 42 bits at a third of a second each suffice.
_SALT = b"jiangfu.reward.1"
_COST = (3, 192 * 1024 * 1024)


def draw_word() -> str:
    """A word for a reward."""
    return "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH))


def digest_of(word: str, cost: tuple[int, int] = _COST) -> bytes:
    """What the counters know a word by (32 bytes), from which it cannot be worked out."""
    plain = "".join(fold(word).split())
    return argon2id.kdf(32, plain.encode(), _SALT, opslimit=cost[0], memlimit=cost[1])


def grant(session: Session, vault: Vault, digest: bytes, amount: int, today: date) -> bool:
    """Note a reward in yuan for who says the word with that digest; False where it is noted already."""
    word_hash = vault.lookup("report.reward", digest.hex())
    if session.get(ReportReward, word_hash) is not None:
        return False
    values = {"word_hash": word_hash, "amount": amount, "year": today.year}
    session.execute(insert(ReportReward).values(values))
    return True


def fetch(session: Session, vault: Vault, digest: bytes, actor: Actor, today: date) -> int:
    """Hand over the reward, once: its amount in yuan. Raises NotFound for an unknown word, NotAllowed for a used
    one."""
    row = session.get(ReportReward, vault.lookup("report.reward", digest.hex()), with_for_update=True)
    if row is None:
        raise NotFound("There is no reward for this word; compare each character with what the phone shows.")
    if row.fetched_on is not None:
        raise NotAllowed(f"This reward was handed over on {row.fetched_on}.")
    row.fetched_on, row.fetched_from = today, actor.staff_id
    return row.amount

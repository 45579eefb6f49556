"""Reading a cell that holds one of a few words, in Chinese or English, or a whole number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

from core.domain.application import ChildrenGround
from core.domain.area import Level
from core.domain.contact import Language
from core.domain.payout import PayoutStatus
from core.domain.staff import Role
from core.domain.stage import Stage
from core.services.importing.cells import Unfit
from core.text import fold

T = TypeVar("T")

LANGUAGES = {
    **dict.fromkeys(("zh", "chinese", "中文", "汉语"), Language.CHINESE),
    **dict.fromkeys(("en", "english", "英文", "英语"), Language.ENGLISH),
}
YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "要", "需要", "有"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "不", "不要", "不需要", "无"), False),
}
LEVELS = {
    **dict.fromkeys(("district", "区", "县", "区县", "区/县", "市辖区", "县级市"), Level.DISTRICT),
    **dict.fromkeys(("township", "乡镇", "乡", "镇", "乡/镇"), Level.TOWNSHIP),
    **dict.fromkeys(("office", "街道", "办事处", "街道办事处", "街道/办事处"), Level.OFFICE),
    **dict.fromkeys(("village", "村", "社区", "居委会", "村委会", "居民委员会", "村民委员会"), Level.VILLAGE),
}
ROLES = {
    **dict.fromkeys(("cadre", "村干部", "专干", "计生专干", "村计生专干"), Role.CADRE),
    **dict.fromkeys(("officer", "工作人员", "经办人", "乡镇干部", "区干部"), Role.OFFICER),
    **dict.fromkeys(("inspector", "检查员", "纪检", "纪检员", "纪检干部", "监督员"), Role.INSPECTOR),
    **dict.fromkeys(("admin", "管理员", "系统管理员"), Role.ADMIN),
}
STAGES = {
    **{str(stage): stage for stage in Stage},
    "已登记": Stage.DECLARED,
    "村级公示": Stage.VILLAGE_LISTED,
    "村级评议": Stage.VILLAGE_REVIEWED,
    "乡镇审核": Stage.TOWNSHIP_AUDITED,
    "乡镇公示": Stage.TOWNSHIP_LISTED,
    "区级审批": Stage.BUREAU_REVIEWED,
    "区级公示": Stage.DISTRICT_LISTED,
    "已确认": Stage.CONFIRMED,
    "未通过": Stage.REJECTED,
    "已撤回": Stage.WITHDRAWN,
    "已停止": Stage.CEASED,
}

PAYOUT_STATUSES = {
    **dict.fromkeys(("paid", "success", "已发放", "成功", "发放成功"), PayoutStatus.PAID),
    **dict.fromkeys(("failed", "failure", "失败", "未发放", "发放失败"), PayoutStatus.FAILED),
}
GROUNDS = {
    **dict.fromkeys(("one_child", "一个孩子", "独生子女", "一孩"), ChildrenGround.ONE_CHILD),
    **dict.fromkeys(("two_daughters", "两个女儿", "双女", "两女"), ChildrenGround.TWO_DAUGHTERS),
    **dict.fromkeys(("other", "其他", "其它"), ChildrenGround.OTHER),
}

_LONGEST_WORDS = 500
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)


def one_of(words: Mapping[str, T]) -> Callable[[str], T]:
    """A reader of `words`: their case, width and script do not matter."""

    def parse(text: str) -> T:
        try:
            return words[_folded(text)]
        except KeyError:
            raise Unfit(f"must be one of: {', '.join(words)}") from None

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`, thousands grouped or not."""

    def parse(text: str) -> int:
        plain = _folded(text)
        if _GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        if not (plain.isascii() and plain.isdigit() and len(plain) <= len(str(most)) and least <= int(plain) <= most):
            raise Unfit(f"must be a whole number from {least} to {most}")
        return int(plain)

    return parse


def plain_words(text: str) -> str:
    """Somebody's own words, in up to 500 characters; runs of white space become one space."""
    words = " ".join(text.split())
    if len(words) > _LONGEST_WORDS or not words.isprintable():
        raise Unfit(f"must be plain text of up to {_LONGEST_WORDS} characters")
    return words


def year(last: int) -> Callable[[str], int]:
    """A reader of a year from 2004, when the scheme began, to `last`; 2024年 is taken too."""
    number = whole_number(2004, last)
    return lambda text: number(text.removesuffix("度").removesuffix("年"))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return fold(text)

"""Invented names of people and places. None is taken from a register; places of these names exist nowhere together."""

SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹"
GIVEN_MAN = ("德福", "国华", "建明", "长生", "福生", "友良", "正清", "伯林", "绍华", "定国", "迪生", "满生")
GIVEN_WOMAN = ("秀英", "桂兰", "玉梅", "菊香", "腊梅", "冬莲", "翠娥", "满秀", "春桃", "凤娇", "伏英", "细妹")

DISTRICT = ("QX", "清溪区", "Qingxi District")
# Code, name, English name, level, villages, neighbourhood committees, recipients of the last completed year.
TOWNSHIPS = (
    ("QX01", "青山乡", "Qingshan Township", "township", 20, 0, 38),
    ("QX02", "石桥镇", "Shiqiao Town", "township", 14, 0, 15),
    ("QX03", "东门街道", "Dongmen Office", "office", 3, 9, 7),
    ("QX04", "河西街道", "Hexi Office", "office", 3, 8, 9),
    ("QX05", "南塘街道", "Nantang Office", "office", 1, 5, 0),
    ("QX06", "北岭街道", "Beiling Office", "office", 1, 5, 0),
    ("QX07", "新站街道", "Xinzhan Office", "office", 1, 4, 0),
)
_FIRST = "松竹梅兰枫桂柳杉桃李杏樟枣梨柏榆槐桐荷菱"
_SECOND = ("湾村", "冲村", "坪村", "桥村")
_COMMITTEE = ("园社区", "苑社区", "巷社区")


def village_name(number: int) -> str:
    """The name of the village with that number, from 0; no two of 80 are alike."""
    return _FIRST[number % len(_FIRST)] + _SECOND[number // len(_FIRST) % len(_SECOND)]


def committee_name(number: int) -> str:
    """The name of the neighbourhood committee with that number, from 0; no two of 60 are alike."""
    return _FIRST[number % len(_FIRST)] + _COMMITTEE[number // len(_FIRST) % len(_COMMITTEE)]

"""What is known of one applicant, as the rules ask it. A field that is None is not known: nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.policy.plain_json import PlainObject


class Sex(StrEnum):
    """Of a child or the applicant; read from English or Chinese words."""

    FEMALE = "female"
    MALE = "male"

    @classmethod
    def _missing_(cls, value: object) -> Sex | None:
        word = str(value).strip().lower()
        if word in {"female", "f", "girl", "woman", "daughter", "女"}:
            return cls.FEMALE
        return cls.MALE if word in {"male", "m", "boy", "man", "son", "男"} else None


class Hukou(StrEnum):
    """The kind of household registration (户口)."""

    AGRICULTURAL = "agricultural"
    RURAL_RESIDENT = "rural_resident"
    URBAN = "urban"
    UNIFIED_RESIDENT = "unified_resident"
    UNSETTLED = "unsettled"


class HukouPlace(StrEnum):
    """Where the hukou is registered, seen from the district."""

    THIS_VILLAGE = "this_village"
    OTHER_VILLAGE_SAME_DISTRICT = "other_village_same_district"
    OTHER_PROVINCE = "other_province"


class MaritalStatus(StrEnum):
    """As the papers have it; `common_law` is 事实婚姻."""

    MARRIED = "married"
    REMARRIED = "remarried"
    WIDOWED = "widowed"
    DIVORCED = "divorced"
    NEVER_MARRIED = "never_married"
    COMMON_LAW = "common_law"


class Origin(StrEnum):
    """How a child belongs to the couple."""

    OWN = "own"
    GIVEN_AWAY = "given_away"
    WITH_EX = "with_ex"
    STEP = "step"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class RuralTests:
    """The four tests by which a unified resident hukou counts as rural (policy-facts §2, S5 §2.1)."""

    village_committee_address: bool | None = None
    contracted_land: bool | None = None
    paid_agri_tax_before_2005: bool | None = None
    urban_social_security: bool | None = None

    @classmethod
    def read(cls, source: PlainObject) -> RuralTests:
        """The tests as `source` has them."""
        return cls(
            village_committee_address=source.flag("village_committee_address"),
            contracted_land=source.flag("contracted_land"),
            paid_agri_tax_before_2005=source.flag("paid_agri_tax_before_2005"),
            urban_social_security=source.flag("urban_social_security"),
        )


@dataclass(frozen=True, slots=True)
class Spouse:
    """The husband or wife, living or dead; never an ex."""

    alive: bool | None = None
    hukou: Hukou | None = None
    urban_pension: bool | None = None
    rural_tests: RuralTests | None = None

    @classmethod
    def read(cls, source: PlainObject) -> Spouse:
        """The spouse as `source` has it."""
        tests = source.inner("rural_tests")
        return cls(
            alive=source.flag("alive"),
            hukou=source.choice("hukou", Hukou),
            urban_pension=source.flag("urban_pension"),
            rural_tests=RuralTests.read(tests) if tests else None,
        )


@dataclass(frozen=True, slots=True)
class Child:
    """One child of the applicant or the spouse, living or dead. `adoption_lawful` matters for adopted children only."""

    sex: Sex | None = None
    birth_date: date | None = None
    alive: bool | None = None
    origin: Origin | None = None
    adoption_lawful: bool | None = None

    @classmethod
    def read(cls, source: PlainObject) -> Child:
        """The child as `source` has it; its `parity` is of no effect."""
        return cls(
            sex=source.choice("sex", Sex),
            birth_date=source.day("birth_date"),
            alive=source.flag("alive"),
            origin=source.choice("origin", Origin),
            adoption_lawful=source.flag("adoption_lawful"),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """One applicant. Fields with a default of False, and the two other dates, are optional: absent means no."""

    sex: Sex | None = None
    birth_date: date | None = None
    alive: bool | None = None
    hukou: Hukou | None = None
    hukou_place: HukouPlace | None = None
    rural_tests: RuralTests | None = None
    urban_pension: bool | None = None
    marital_status: MaritalStatus | None = None
    spouse: Spouse | None = None
    children: tuple[Child, ...] | None = None
    birth_violation_1973_2001: bool | None = None
    birth_violation_after_2001: bool = False
    early_or_spacing_breach: bool = False
    lives_with_ex: bool = False
    register_birth_date: date | None = None
    claimed_birth_date: date | None = None

    @classmethod
    def from_json(cls, obj: object) -> Facts:
        """The facts in a plain JSON object with the keys of policy-facts §3; other keys are of no effect.

        Raises MalformedFact, naming the key and what it may be, where a value is of the wrong kind.
        """
        source = PlainObject.of(obj)
        tests, spouse, children = source.inner("rural_tests"), source.inner("spouse"), source.rows("children")
        return cls(
            sex=source.choice("sex", Sex),
            birth_date=source.day("birth_date"),
            alive=source.flag("alive"),
            hukou=source.choice("hukou", Hukou),
            hukou_place=source.choice("hukou_place", HukouPlace),
            rural_tests=RuralTests.read(tests) if tests else None,
            urban_pension=source.flag("urban_pension"),
            marital_status=source.choice("marital_status", MaritalStatus),
            spouse=Spouse.read(spouse) if spouse else None,
            children=None if children is None else tuple(Child.read(child) for child in children),
            birth_violation_1973_2001=source.flag("birth_violation_1973_2001"),
            birth_violation_after_2001=source.flag("birth_violation_after_2001") or False,
            early_or_spacing_breach=source.flag("early_or_spacing_breach") or False,
            lives_with_ex=source.flag("lives_with_ex") or False,
            register_birth_date=source.day("register_birth_date"),
            claimed_birth_date=source.day("claimed_birth_date"),
        )

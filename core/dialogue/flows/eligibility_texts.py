"""The texts of the eligibility talk, by the ids that the rules and the interview use."""

from core.dates import DateProblem
from core.policy.finding import Outcome
from core.texts import _

QUESTIONS = {
    "birth_date": _("check.birth_date"),
    "same_on_card": _("check.same_on_card"),
    "card_birth_date": _("check.card_birth_date"),
    "whole_birth_date": _("check.whole_birth_date"),
    "hukou": _("check.hukou"),
    "hukou_place": _("check.hukou_place"),
    "village_address": _("check.village_address"),
    "land": _("check.land"),
    "agri_tax": _("check.agri_tax"),
    "urban_security": _("check.urban_security"),
    "spouse_village_address": _("check.spouse_village_address"),
    "spouse_land": _("check.spouse_land"),
    "spouse_agri_tax": _("check.spouse_agri_tax"),
    "spouse_urban_security": _("check.spouse_urban_security"),
    "living": _("check.living"),
    "usual_births": _("check.usual_births"),
    "usual_births_pilot": _("check.usual_births_pilot"),
    "ever_born": _("check.ever_born"),
    "adopted_only": _("check.adopted_only"),
    "adopted": _("check.adopted"),
    "in_period": _("check.in_period"),
    "violation": _("check.violation"),
    "violation_pilot": _("check.violation_pilot"),
    "other": _("check.other"),
    "dates_agree": _("check.dates_agree"),
    "urban_pension": _("check.urban_pension"),
    "marital": _("check.marital"),
    "lives_with_ex": _("check.lives_with_ex"),
    "spouse_hukou": _("check.spouse_hukou"),
    "spouse_urban_pension": _("check.spouse_urban_pension"),
}

MARKS = {
    Outcome.PASSES: _("check.mark.passes"),
    Outcome.FAILS: _("check.mark.fails"),
    Outcome.UNKNOWN: _("check.mark.unknown"),
}

CODES = {
    "not_alive": _("code.not_alive"),
    "birth_date_conflict": _("code.birth_date_conflict"),
    "hukou_unsettled": _("code.hukou_unsettled"),
    "self_hukou_not_rural": _("code.self_hukou_not_rural"),
    "spouse_hukou_not_rural": _("code.spouse_hukou_not_rural"),
    "hukou_not_local": _("code.hukou_not_local"),
    "urban_pension": _("code.urban_pension"),
    "spouse_urban_pension": _("code.spouse_urban_pension"),
    "birth_violation": _("code.birth_violation"),
    "illegal_adoption": _("code.illegal_adoption"),
    "never_had_child": _("code.never_had_child"),
    "no_child_in_policy_period": _("code.no_child_in_policy_period"),
    "surviving_children": _("code.surviving_children"),
    "born_before_1933": _("code.born_before_1933"),
    "under_60": _("code.under_60"),
}

# Where the pilot rules read otherwise.
CODES_PILOT = {
    "birth_violation": _("code.birth_violation.pilot"),
    "never_had_child": _("code.never_had_child.pilot"),
    "born_before_1933": _("code.born_before_1933.pilot"),
}

CONDITIONS = {
    "not_alive": _("condition.not_alive"),
    "birth_date_conflict": _("condition.birth_date_conflict"),
    "hukou_unsettled": _("condition.hukou_unsettled"),
    "self_hukou_not_rural": _("condition.self_hukou_not_rural"),
    "spouse_hukou_not_rural": _("condition.spouse_hukou_not_rural"),
    "hukou_not_local": _("condition.hukou_not_local"),
    "urban_pension": _("condition.urban_pension"),
    "spouse_urban_pension": _("condition.spouse_urban_pension"),
    "birth_violation": _("condition.birth_violation"),
    "illegal_adoption": _("condition.illegal_adoption"),
    "never_had_child": _("condition.never_had_child"),
    "no_child_in_policy_period": _("condition.no_child_in_policy_period"),
    "surviving_children": _("condition.surviving_children"),
    "born_before_1933": _("condition.born_before_1933"),
    "under_60": _("condition.under_60"),
}

DOUBTS = {
    "born_31_december": _("doubt.born_31_december"),
    "birth_date_conflict": _("doubt.birth_date_conflict"),
    "claimed_birth_date": _("doubt.claimed_birth_date"),
    "divorced_lives_with_ex": _("doubt.divorced_lives_with_ex"),
    "violation_after_2001_only": _("doubt.violation_after_2001_only"),
    "early_or_spacing_breach_only": _("doubt.early_or_spacing_breach_only"),
    "more_than_two_ever_born": _("doubt.more_than_two_ever_born"),
    "living_adopted_child": _("doubt.living_adopted_child"),
    "no_child_in_policy_period": _("doubt.no_child_in_policy_period"),
    "own_urban_pension": _("doubt.own_urban_pension"),
}

PROBLEMS = {
    DateProblem.NOT_A_DATE: _("date.not_a_date"),
    DateProblem.YEAR_MISSING: _("date.year_missing"),
    DateProblem.DAY_MISSING: _("date.day_missing"),
    DateProblem.ORDER_UNCLEAR: _("date.order_unclear"),
    DateProblem.NO_SUCH_DAY: _("date.no_such_day"),
    DateProblem.NO_SUCH_LUNAR_DAY: _("date.no_such_lunar_day"),
    DateProblem.IN_FUTURE: _("date.in_future"),
    DateProblem.TOO_LONG_AGO: _("date.too_long_ago"),
    DateProblem.BAD_ID_NUMBER: _("date.bad_id_number"),
}

_ANSWERS = {
    ("hukou", "rural_here"): _("answer.hukou.rural_here"),
    ("hukou", "rural_elsewhere"): _("answer.hukou.rural_elsewhere"),
    ("hukou_place", "here"): _("answer.hukou_place.here"),
    ("hukou_place", "elsewhere"): _("answer.hukou_place.elsewhere"),
    ("land", "yes"): _("answer.yes.land"),
    ("urban_security", "yes"): _("answer.yes.land"),
    ("spouse_land", "yes"): _("answer.yes.land"),
    ("spouse_urban_security", "yes"): _("answer.yes.land"),
    ("in_period", "yes"): _("answer.yes.land"),
    ("violation", "yes"): _("answer.yes.land"),
    ("urban_pension", "yes"): _("answer.yes.land"),
    ("spouse_urban_pension", "yes"): _("answer.yes.land"),
    ("land", "no"): _("answer.no.land"),
    ("urban_security", "no"): _("answer.no.land"),
    ("spouse_land", "no"): _("answer.no.land"),
    ("spouse_urban_security", "no"): _("answer.no.land"),
    ("adopted", "no"): _("answer.no.land"),
    ("in_period", "no"): _("answer.no.land"),
    ("violation", "no"): _("answer.no.land"),
    ("violation_pilot", "no"): _("answer.no.land"),
    ("urban_pension", "no"): _("answer.no.land"),
    ("spouse_urban_pension", "no"): _("answer.no.land"),
    ("living", "one"): _("answer.living.one"),
    ("living", "two_girls"): _("answer.living.two_girls"),
    ("living", "two_with_son"): _("answer.living.two_with_son"),
    ("living", "three_or_more"): _("answer.living.three_or_more"),
    ("living", "all_died"): _("answer.living.all_died"),
    ("living", "never"): _("answer.living.never"),
    ("usual_births", "yes"): _("answer.yes.usual_births"),
    ("usual_births_pilot", "yes"): _("answer.yes.usual_births"),
    ("usual_births", "no"): _("answer.no.usual_births"),
    ("usual_births_pilot", "no"): _("answer.no.usual_births"),
    ("ever_born", "none"): _("answer.ever_born.none"),
    ("ever_born", "up_to_two"): _("answer.ever_born.up_to_two"),
    ("ever_born", "three_or_more"): _("answer.ever_born.three_or_more"),
    ("adopted_only", "lawful"): _("answer.adopted_only.lawful"),
    ("adopted_only", "unlawful"): _("answer.adopted_only.unlawful"),
    ("adopted", "lawful"): _("answer.adopted.lawful"),
    ("adopted", "unlawful"): _("answer.adopted.unlawful"),
    ("violation_pilot", "before_2002"): _("answer.violation_pilot.before_2002"),
    ("violation_pilot", "after_2001"): _("answer.violation_pilot.after_2001"),
    ("violation_pilot", "early_or_spacing"): _("answer.violation_pilot.early_or_spacing"),
    ("other", "none"): _("answer.other.none"),
    ("other", "dates_differ"): _("answer.other.dates_differ"),
    ("other", "urban_pension"): _("answer.other.urban_pension"),
    ("other", "divorced_together"): _("answer.other.divorced_together"),
    ("dates_agree", "yes"): _("answer.dates_agree.yes"),
    ("dates_agree", "no"): _("answer.dates_agree.no"),
    ("marital", "with_spouse"): _("answer.marital.with_spouse"),
    ("marital", "widowed"): _("answer.marital.widowed"),
    ("marital", "divorced"): _("answer.marital.divorced"),
    ("marital", "never_married"): _("answer.marital.never_married"),
    ("spouse_hukou", "rural"): _("answer.spouse_hukou.rural"),
}

_USUAL_ANSWERS = {
    "unsure": _("answer.unsure"),
    "yes": _("answer.yes"),
    "no": _("answer.no"),
    "urban": _("answer.urban"),
    "unified": _("answer.unified"),
    "unsettled": _("answer.unsettled"),
}


def choice_key(question: str, choice: str) -> str:
    """The text of a choice: its own in this question, or the usual one."""
    return _ANSWERS.get((question, choice)) or _USUAL_ANSWERS[choice]

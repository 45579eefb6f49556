"""Facts drawn at random, each field known or not."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from core.policy.facts import Child, Facts, Hukou, HukouPlace, MaritalStatus, Origin, RuralTests, Sex, Spouse

FLAGS = st.none() | st.booleans()
DAYS = st.none() | st.dates(date(1925, 1, 1), date(2020, 12, 31)) | st.just(date(1950, 12, 31))
TESTS = st.none() | st.builds(RuralTests, FLAGS, FLAGS, FLAGS, FLAGS)
HUKOU = st.none() | st.sampled_from(Hukou)
SPOUSES = st.none() | st.builds(Spouse, alive=FLAGS, hukou=HUKOU, urban_pension=FLAGS, rural_tests=TESTS)
CHILDREN = st.builds(
    Child,
    sex=st.none() | st.sampled_from(Sex),
    birth_date=DAYS,
    alive=FLAGS,
    origin=st.none() | st.sampled_from(Origin),
    adoption_lawful=FLAGS,
)
FACTS = st.builds(
    Facts,
    birth_date=DAYS,
    alive=FLAGS,
    hukou=HUKOU,
    hukou_place=st.none() | st.sampled_from(HukouPlace),
    rural_tests=TESTS,
    urban_pension=FLAGS,
    marital_status=st.none() | st.sampled_from(MaritalStatus),
    spouse=SPOUSES,
    children=st.none() | st.lists(CHILDREN, max_size=4).map(tuple),
    birth_violation_1973_2001=FLAGS,
    birth_violation_after_2001=st.booleans(),
    early_or_spacing_breach=st.booleans(),
    lives_with_ex=st.booleans(),
    register_birth_date=DAYS,
    claimed_birth_date=DAYS,
)
JUDGING_DAYS = st.dates(date(2004, 1, 1), date(2030, 12, 31)) | st.sampled_from([date(2010, 4, 1), date(2019, 4, 1)])

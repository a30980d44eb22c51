"""せいかつ（生活）保障プラン: a group scheme for sickness, injury, liability, income and care."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.product import Product, Section
from ledger.products.general.contract import LIFE, periods_hold, states
from ledger.products.general.deadlines import deadline_turns, deadlines
from ledger.products.general.endings import LAPSES, endings_hold, recorded_lapses_hold
from ledger.products.general.settlements import SETTLEMENTS
from ledger.products.general.stays import STAYS
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules import (
    advanced,
    cancer,
    care,
    disability,
    hospital,
    income,
    lump_sums,
    outpatient,
    papers,
    surgery,
    things,
)
from ledger.products.seikatsu.rules.cover import TERMS, policy
from ledger.products.seikatsu.rules.refusals import REFUSALS
from ledger.timeline import Facts

COVER = LIFE | {ev.ConditionRecorded}
"""What every section of sickness and injury reads: the contract, its endings, and the conditions."""
VISITS: frozenset[type[ev.Fact]] = frozenset({ev.OutpatientVisited, ev.ImmobilisationWorn})

TREATMENTS: frozenset[type[ev.Fact]] = frozenset(
    {ev.SurgeryPerformed, ev.RadiationGiven, ev.AdvancedCareReceived, ev.CancerDiagnosed, ev.AnticancerTreated, ev.DisabilityFixed}
)
PROPERTY: frozenset[type[ev.Fact]] = frozenset({ev.LiabilityIncurred, ev.PropertyLost, ev.HoleInOneAchieved})
INCOME: frozenset[type[ev.Fact]] = frozenset({ev.WorkDisabilityStarted, ev.WorkIncomeReported, ev.WorkResumed})
CARE: frozenset[type[ev.Fact]] = frozenset({ev.CareCertified, ev.CareEnded})
GUARDED = frozenset[type[ev.Fact]]().union(*(guard.reads for guard in surgery.GUARDS))
"""What decides whether an earlier treatment was paid."""
BENEFIT_FACTS = COVER | STAYS | VISITS | TREATMENTS | PROPERTY | INCOME | CARE


def turns(facts: Facts) -> Iterable[date]:
    """Days on which something turns that no fact is dated to."""
    return [*papers.growing_days(facts), *deadline_turns(facts)]


def status(facts: Facts, lines: Sequence[Line]) -> Iterable[Item]:
    """The state of the policy."""
    held = policy(facts)
    return states([*periods_hold(held.covered_periods()), *endings_hold(facts, held), *recorded_lapses_hold(facts)])


PRODUCT = Product(
    name="seikatsu",
    plan=SeikatsuPlan,
    terms=TERMS,
    clock="00:00",
    benefits=frozenset(
        {
            "hospital_daily", "outpatient_daily",
            "cancer_long_stay", "lump_admission", "lump_long", "lump_discharge", "three_lump", "three_daily",
            "surgery", "radiation", "advanced_care", "cancer_diagnosis", "anticancer", "injury_disability",
            "liability", "bailee", "belongings", "household", "hole_in_one", "income_monthly", "care_lump", "care_annuity",
        }
    ),
    sections=(
        Section("status", LIFE | LAPSES, status),
        Section("hospital days", COVER | STAYS, hospital.hospital_daily),
        Section("outpatient days", COVER | STAYS | VISITS, outpatient.outpatient_daily),
        Section("surgery", COVER | STAYS | GUARDED | {ev.SurgeryPerformed}, surgery.surgeries),
        Section("radiation", COVER | GUARDED | {ev.RadiationGiven}, surgery.radiations),
        Section("advanced care", COVER | {ev.AdvancedCareReceived}, advanced.advanced_care),
        Section("cancer diagnosis", COVER | {ev.CancerDiagnosed}, cancer.diagnoses),
        Section("lump sums for stays", COVER | STAYS, lump_sums.lump_sums),
        Section("anticancer treatment", COVER | {ev.AnticancerTreated}, cancer.anticancer_treatment),
        Section("injury disability", COVER | {ev.DisabilityFixed}, disability.disabilities),
        Section("liability and property", LIFE | PROPERTY, things.losses),
        Section("income", COVER | INCOME, income.income_disability),
        Section("care", COVER | CARE, care.care),
        Section("claim papers", BENEFIT_FACTS | {ev.ClaimFiled, ev.CertificateSubmitted}, papers.certificates, True, True),
        deadlines(BENEFIT_FACTS),
        SETTLEMENTS,
    ),
    guards=surgery.GUARDS,
    refusals=REFUSALS,
    turns=turns,
)  # fmt: skip

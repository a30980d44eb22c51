"""The options of the medical insurance."""

from __future__ import annotations

from ledger.events import Yen
from ledger.product import Plan


class SonyMedicalPlan(Plan):
    """Amounts in yen: of treatment charges a month, of a room a day, of advanced care over the policy's life.

    A cover that was taken off is left out.
    """

    treatment_monthly_limit: Yen | None = None
    room_daily: Yen | None = None
    advanced_care_limit: Yen | None = None

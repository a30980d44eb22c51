"""Writes what assessments say as rows: movements between numbered accounts, and which policies are undetermined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from projections import dialect, numbers, tables
from projections.numbers import Policy
from projections.postings import Posting
from projections.said import Said

POLICIES_KEPT: Final = 20_000
"""Policies whose accounts' numbers stay in memory between batches."""


class Writer:
    """Writes to one generation. What it keeps in mind is true as long as no other writes there: `forget` when one has."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self._policies: dict[str, Policy] = {}

    def forget(self) -> None:
        """Drops what is kept in memory."""
        self._policies.clear()

    def write(self, connection: Connection, batch: Sequence[Said]) -> None:
        """Adds the rows of a batch, in order, in the connection's transaction."""
        try:
            self._write(connection, batch)
        except BaseException:
            self.forget()  # the transaction goes back, and the numbers with it
            raise

    def _write(self, connection: Connection, batch: Sequence[Said]) -> None:
        policies = self._known(connection, {one.policy_id for one in batch})
        faults = {policy_id: policy.course.fault for policy_id, policy in policies.items()}
        rows: list[tuple[Any, ...]] = []
        for one in batch:
            policy = policies[one.policy_id]
            rows += _rows(policy, one, policy.course.take(one))
        numbers.keep(connection, list(policies.values()))
        if rows:
            rows.sort()  # in the order of the primary key, in which SQLite keeps them
            dialect.of(connection).insert(connection, tables.movements, rows)
        for policy_id, policy in policies.items():
            fault = policy.course.fault
            if fault != faults[policy_id]:
                numbers.keep_fault(connection, policy)
            if fault is not None and fault.unread is not None:
                del self._policies[policy_id]  # may be mended by another follower at any time

    def _known(self, connection: Connection, policy_ids: set[str]) -> dict[str, Policy]:
        """The policies with their numbers; those seen for the first time are given one."""
        if len(self._policies) > POLICIES_KEPT:
            self.forget()
        missing = sorted(policy_id for policy_id in policy_ids if policy_id not in self._policies)
        if missing:
            self._policies |= numbers.loaded(connection, self.generation, missing)
        return {policy_id: self._policies[policy_id] for policy_id in sorted(policy_ids)}


def _rows(policy: Policy, one: Said, posted: Iterable[Posting]) -> list[tuple[Any, ...]]:
    """The movements of one assessment, in the order of the table's columns; `n` counts those on one account."""
    counted: dict[tuple[int, int], int] = {}
    rows = []
    for posting in posted:
        account, day, first, last, _, amount, stands, sign = posting
        number = policy.account_no(account, stands)
        n = counted[account.kind, number] = counted.get((account.kind, number), -1) + 1
        what = None if stands is None else sign * policy.account_no(stands)
        rows.append((policy.number, account.kind, number, one.position, n, one.known_us, day, first, last, posting.shown_to, amount, what))
    return rows

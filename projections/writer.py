"""Writes postings as rows: gives policies and accounts their numbers, and keeps in mind which policies are undetermined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection

from ledger.errors import LedgerFault
from ledger.events import ASSESSED, Assessed
from ledger.recorders.log import LogRecord
from projections import dialect, tables
from projections.postings import FAULT, HELD, Account, Posting, fault, netted, postings

POLICIES_KEPT = 20_000
"""Policies whose accounts' numbers stay in memory between batches."""

_COLUMNS = ", ".join(Account._fields)


class Said(NamedTuple):
    """What one record says to the read model. `position` is that of the fact that caused it: what a fact causes is known with the fact.

    `unread` is the position of a record that cannot be read, `reason` why; or `reason` is the fault that the ledger recorded.
    """

    policy_id: str
    position: int
    known_us: int
    postings: Sequence[Posting]
    reason: str | None = None
    unread: int | None = None


def said(record: LogRecord) -> Said | None:
    """What a record says; None for a fact, which says nothing by itself. Runs no rule and touches no database."""
    if record.type != ASSESSED:
        return None
    try:
        assessed = cast(Assessed, record.event.data)
        # An assessment follows the fact that caused it at once.
        position = record.position - 1 if assessed.cause == "facts" else record.position
        posted = netted(postings(assessed.entries))
    except (LedgerFault, ValueError, TypeError, KeyError, AttributeError) as error:  # whatever a damaged or newer record raises
        return Said(record.policy_id, record.position - 1, record.recorded_us, (), f"{type(error).__name__}: {error}", record.position)
    return Said(record.policy_id, position, record.recorded_us, posted, assessed.fault)


class _Fault(NamedTuple):
    """Why a policy is undetermined now: the account of the fault, and the record that could not be read, if that is why."""

    account: Account
    unread: int | None


class Policy:
    """A policy's numbers in the read model."""

    __slots__ = ("accounts", "fault", "new", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.accounts: dict[Account, int] = {}
        self.new: list[Account] = []
        self.fault: _Fault | None = None

    def account_no(self, account: Account) -> int:
        """The number of an account, given on first sight. Account 0 tells which product is held, and whether it is undetermined."""
        if account in (HELD, FAULT):
            return 0
        number = self.accounts.get(account)
        if number is None:
            # Odd: where a rule's mistake lets two openings of a limit stand at once, their sum is no account's number.
            number = self.accounts[account] = 2 * len(self.accounts) + 1
            self.new.append(account)
        return number


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
        faulted = {policy_id: policy.fault for policy_id, policy in policies.items()}
        rows: list[tuple[Any, ...]] = []
        for one in batch:
            policy = policies[one.policy_id]
            rows += _rows(policy, one, _with_faults(policy, one))
        rows.sort()  # in the order of the primary key, in which SQLite keeps them
        database = dialect.of(connection)
        accounts = [
            (policy.number, policy.accounts[account], *_stored(account)) for policy in policies.values() for account in policy.new
        ]
        if accounts:
            database.insert(connection, tables.accounts, sorted(accounts, key=lambda row: row[:2]))
        if rows:
            database.insert(connection, tables.movements, rows)
        for policy_id, policy in policies.items():
            policy.new.clear()
            if policy.fault != faulted[policy_id]:
                _keep(connection, policy)
            if policy.fault is not None and policy.fault.unread is not None:
                del self._policies[policy_id]  # may be mended by another follower at any time

    def _known(self, connection: Connection, policy_ids: Iterable[str]) -> dict[str, Policy]:
        """The policies with their numbers; those seen for the first time are given one."""
        if len(self._policies) > POLICIES_KEPT:
            self.forget()
        missing = sorted(policy_id for policy_id in policy_ids if policy_id not in self._policies)
        if missing:
            self._policies |= _loaded(connection, self.generation, missing)
        return {policy_id: self._policies[policy_id] for policy_id in sorted(policy_ids)}


def _with_faults(policy: Policy, one: Said) -> Sequence[Posting]:
    """The postings of what was said, and those that make the policy undetermined or mend it.

    After a record that could not be read nothing is posted: what follows is a difference to what is not known.
    """
    if policy.fault is not None and policy.fault.unread is not None:
        return ()
    if one.reason is not None and policy.fault is None:
        posting = fault(one.reason, one.unread or one.position)
        assert posting.stands is not None
        policy.fault = _Fault(posting.stands, one.unread)
        return (*one.postings, posting)
    if one.unread is not None and policy.fault is not None:
        policy.fault = policy.fault._replace(unread=one.unread)
    elif one.reason is None and policy.fault is not None:
        mended = Posting(FAULT, 1, None, None, 0, 0, policy.fault.account, -1)
        policy.fault = None
        return (*one.postings, mended)
    return one.postings


def _rows(policy: Policy, one: Said, posted: Iterable[Posting]) -> list[tuple[Any, ...]]:
    """The movements of one assessment, in the order of the table's columns; `n` counts those on one account."""
    counted: dict[tuple[int, int], int] = {}
    rows = []
    for account, day, first, last, lines, amount, stands, sign in posted:
        number = policy.account_no(account)
        n = counted[account.kind, number] = counted.get((account.kind, number), -1) + 1
        what = None if stands is None else sign * policy.account_no(stands)
        rows.append((policy.number, account.kind, number, one.position, n, one.known_us, day, first, last, lines, amount, what))
    return rows


# ---- numbers in the database ---------------------------------------------------------------------------------------------------


_STORED = [Account._fields.index(name) for name in tables.accounts.columns.keys()[2:]]


def _stored(account: Account) -> tuple[Any, ...]:
    """An account's fields in the order of the table's columns."""
    return tuple(account[i] for i in _STORED)


def _loaded(connection: Connection, generation: int, policy_ids: Sequence[str]) -> dict[str, Policy]:
    """Policies from the database, with their accounts and faults; numbers are given where there are none."""
    database = dialect.of(connection)
    where = f"generation = :generation AND {database.among('policy_id', 'ids')}"
    found = dialect.rows(connection, f"SELECT policy_id, policy_no FROM read_policies WHERE {where}",
                         generation=generation, ids=database.listed(policy_ids))  # fmt: skip
    policies = {policy_id: Policy(number) for policy_id, number in found}
    if policies:
        _load_accounts(connection, {policy.number: policy for policy in policies.values()})
    new = [policy_id for policy_id in policy_ids if policy_id not in policies]
    if new:
        insert = (
            "INSERT INTO read_policies (generation, policy_id) "
            f"SELECT CAST(:generation AS integer), value FROM {database.each('ids')} RETURNING policy_id, policy_no"
        )
        given = dialect.rows(connection, insert, generation=generation, ids=database.listed(new))
        policies |= {policy_id: Policy(number) for policy_id, number in given}
    return policies


def _load_accounts(connection: Connection, policies: dict[int, Policy]) -> None:
    database = dialect.of(connection)
    numbers = database.listed(sorted(policies))
    which = database.among("policy_no", "numbers")
    select = f"SELECT policy_no, account_no, {_COLUMNS} FROM read_accounts WHERE {which}"
    for policy_no, account_no, *fields in dialect.rows(connection, select, numbers=numbers):
        policies[policy_no].accounts[Account(*fields)] = account_no
    for policy_no, account_no, unread in dialect.rows(
        connection, f"SELECT policy_no, account_no, unread FROM read_faults WHERE {which}", numbers=numbers
    ):
        accounts = policies[policy_no].accounts
        account = next(account for account, number in accounts.items() if number == account_no)
        policies[policy_no].fault = _Fault(account, unread)


def _keep(connection: Connection, policy: Policy) -> None:
    """Notes whether the policy is undetermined from here on."""
    dialect.run(connection, "DELETE FROM read_faults WHERE policy_no = :policy_no", policy_no=policy.number)
    if policy.fault is not None:
        row = (policy.number, policy.accounts[policy.fault.account], policy.fault.unread)
        dialect.of(connection).insert(connection, tables.faults, [row])

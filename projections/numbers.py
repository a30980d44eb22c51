"""The numbers that the read model gives to policies and to their accounts, and what stands of a policy now."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from sqlalchemy import Connection

from ledger.errors import LedgerFault
from projections import dialect, tables
from projections.postings import FAULT, HELD, TERMS, Account
from projections.said import Course, Fault

_COLUMNS = ", ".join(Account._fields)


class Policy:
    """A policy in the read model: its number and those of its accounts, and its course so far."""

    __slots__ = ("_next", "accounts", "course", "new", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.accounts: dict[Account, int] = {HELD: 0, FAULT: 0, TERMS: 0}
        self._next = number * tables.ROOM + 1
        self.new: list[Account] = []
        self.course = Course()

    def account_no(self, account: Account, stands: Account | None = None) -> int:
        """The number of an account, given on first sight. Those on which it stands what holds for the whole policy have 0.

        A limit has the number of its first opening, which comes to stand on it, and needs no row of its own.
        """
        number = self.accounts.get(account)
        if number is not None:
            return number
        if account.kind == tables.LIMIT and stands is not None:
            self.accounts[account] = self.account_no(stands)
            return self.accounts[account]
        # Odd: where a rule's mistake lets two openings of a limit stand at once, their sum is no account's number.
        number = self.accounts[account] = self._next
        if number >= (self.number + 1) * tables.ROOM:
            raise LedgerFault(f"policy {self.number} of the read model has more than {tables.ROOM // 2:,} accounts")
        self._next += 2
        self.new.append(account)
        return number

    def numbered(self, account: Account, number: int) -> None:
        """Takes in a number that was given before; to be called in their order."""
        self.accounts[account] = number
        if account.kind == tables.OPENING:
            self.accounts.setdefault(Account(tables.LIMIT, account.name, account.key), number)
        self._next = number + 2


def loaded(connection: Connection, generation: int, policy_ids: Sequence[str]) -> dict[str, Policy]:
    """Policies of a generation, by id; those that it does not hold yet are given a number."""
    database = dialect.of(connection)
    where = f"generation = :generation AND {database.among('policy_id', 'ids')}"
    select = f"SELECT policy_id, policy_no FROM read_policies WHERE {where}"
    found = dialect.rows(connection, select, generation=generation, ids=database.listed(policy_ids))
    policies = {policy_id: Policy(number) for policy_id, number in found}
    if policies:
        _load(connection, {policy.number: policy for policy in policies.values()})
    new = [policy_id for policy_id in policy_ids if policy_id not in policies]
    if new:
        insert = (
            "INSERT INTO read_policies (generation, policy_id) "
            f"SELECT CAST(:generation AS integer), value FROM {database.each('ids')} RETURNING policy_id, policy_no"
        )
        given = dialect.rows(connection, insert, generation=generation, ids=database.listed(new))
        policies |= {policy_id: Policy(number) for policy_id, number in given}
    return policies


def _load(connection: Connection, policies: dict[int, Policy]) -> None:
    """The accounts of policies, their faults, the product held and the terms that were applied last."""
    database = dialect.of(connection)
    numbers, which = database.listed(sorted(policies)), database.among("p.policy_no", "numbers")
    accounts: dict[int, Account] = {}
    of = tables.of_policy("a.account_no", "p.policy_no")
    select = f"SELECT p.policy_no, a.account_no, {_COLUMNS} FROM read_policies p JOIN read_accounts a ON {of} WHERE {which} ORDER BY 2"
    for policy_no, account_no, *fields in dialect.rows(connection, select, numbers=numbers):
        account = accounts[account_no] = Account(*fields)
        policies[policy_no].numbered(account, account_no)
    select = f"SELECT p.policy_no, p.account_no, p.unread FROM read_faults p WHERE {which}"
    for policy_no, account_no, unread in dialect.rows(connection, select, numbers=numbers):
        policies[policy_no].course.fault = Fault(accounts[account_no], unread)
    kinds = f"({tables.HELD}, {tables.TERMS})"
    sums = f"SELECT p.policy_no, p.kind, SUM(p.stands) FROM read_movements p WHERE {which} AND p.kind IN {kinds} GROUP BY 1, 2"
    for policy_no, kind, account_no in dialect.rows(connection, sums, numbers=numbers):
        course, standing = policies[policy_no].course, accounts.get(int(account_no))
        if kind == tables.HELD:
            course.held = standing
        else:
            course.terms = standing


_STORED = [Account._fields.index(name) for name in tables.accounts.columns.keys()[1:]]


def keep(connection: Connection, policies: Sequence[Policy]) -> None:
    """Stores the accounts that were given a number since."""
    accounts = [(policy.accounts[account], *(account[i] for i in _STORED)) for policy in policies for account in policy.new]
    if accounts:
        dialect.of(connection).insert(connection, tables.accounts, sorted(accounts, key=itemgetter(0)))
    for policy in policies:
        policy.new.clear()


def keep_fault(connection: Connection, policy: Policy) -> None:
    """Notes whether the policy is undetermined from here on."""
    dialect.run(connection, "DELETE FROM read_faults WHERE policy_no = :policy_no", policy_no=policy.number)
    fault = policy.course.fault
    if fault is not None:
        row = (policy.number, policy.accounts[fault.account], fault.unread)
        dialect.of(connection).insert(connection, tables.faults, [row])

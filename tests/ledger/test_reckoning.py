"""Arithmetic that shows its steps: each operation, and which steps an operand comes from."""

import pytest

from ledger.money import OPERATIONS, Operand, Reckoned, Step, reckon, reckon_all, total


@pytest.mark.parametrize(
    ("op", "values", "result"),
    [
        ("add", (1, 2, 3), 6),
        ("subtract", (10, 3, 9), -2),
        ("multiply", (5_000, 3), 15_000),
        ("min", (5, 3, 4), 3),
        ("max", (0, -2), 0),
        ("divide_half_up", (5, 2), 3),
        ("divide_half_up", (4, 3), 1),
        ("divide_up", (1, 365), 1),
        ("percent", (146_795, 10), 14_680),
    ],
)
def test_each_operation_gives_what_its_name_says(op: str, values: tuple[int, ...], result: int) -> None:
    found = reckon_all(op, (("n", value) for value in values))

    assert found == Reckoned(result, (Step(op, tuple(Operand("n", value) for value in values), result),))


def test_every_operation_is_tested() -> None:
    marks = test_each_operation_gives_what_its_name_says.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(OPERATIONS)


def test_an_operand_names_the_step_that_it_comes_from() -> None:
    product = reckon("multiply", hospital_daily=5_000, half_units=3)
    found = reckon("divide_half_up", product=product, halves=2)

    assert found.amount == 7_500
    assert [step.operands for step in found.steps] == [
        (Operand("hospital_daily", 5_000), Operand("half_units", 3)), (Operand("product", 15_000, 1), Operand("halves", 2)),
    ]  # fmt: skip


def test_steps_of_a_second_operand_move_behind_those_of_the_first() -> None:
    costs = [reckon("min", amount=12_000, allowed=reckon("multiply", lodging_a_night=10_000, nights=n)) for n in (1, 2)]
    found = reckon_all("add", [("technical_fee", 300_000), *(("lodging", cost) for cost in costs)])

    assert found.amount == 300_000 + 10_000 + 12_000
    assert [operand.step for step in found.steps for operand in step.operands] == [None, None, None, 1, None, None, None, 3, None, 2, 4]
    for step in found.steps:
        assert all(operand.step is None or found.steps[operand.step - 1].result == operand.value for operand in step.operands)


def test_an_amount_without_steps_is_a_number_found() -> None:
    assert reckon("add", a=Reckoned(5), b=1) == reckon("add", a=5, b=1)


def test_steps_that_two_operands_share_stand_once() -> None:
    month = reckon("subtract", usual_income=300_000, recovered_income=50_000)
    by_days = reckon("multiply", month=month, days=15)
    found = reckon("min", month=month, part=reckon("divide_half_up", by_days=by_days, income_month_days=30))

    assert [step.op for step in found.steps] == ["subtract", "multiply", "divide_half_up", "min"]
    assert [operand.step for step in found.steps for operand in step.operands] == [None, None, 1, None, 2, None, 1, 3]


def test_one_part_alone_needs_no_sum() -> None:
    assert total([("technical_fee", 300_000)]) == Reckoned(300_000)
    assert total([("lodging", reckon("min", a=1, b=2))]) == reckon("min", a=1, b=2)
    assert total([]) == Reckoned(0, (Step("add", (), 0),))

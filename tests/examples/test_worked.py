"""The worked examples through the command line, on a file and on a server: one history of all policies, all questions at once."""

import json
from collections.abc import Iterator

import pytest

from tests.command import run
from tests.conftest import schema_of_ones_own
from tests.examples.scenario import Answer, Question, Scenario, check, history_of, questions_of
from tests.examples.worked import ALL

ASKED = [(scenario, number) for scenario in ALL for number in range(len(scenario.questions))]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], Answer]]:
    """The answers by scenario and number of the question."""
    if request.param == "sqlite":
        yield answered(str(tmp_path_factory.mktemp("worked") / "ledger.db"))
        return
    for url in schema_of_ones_own(request.getfixturevalue("postgres_server")):
        assert passed("init", "--db", url) == ""
        yield answered(url)


def answered(db: str) -> dict[tuple[str, int], Answer]:
    imported = json.loads(passed("import", "-", "--db", db, given=history_of(ALL)))
    assert imported["recorded"] == sum(len(scenario.lines) for scenario in ALL)

    lines = passed("asof", "--questions", "-", "--format", "json", "--db", db, given=questions_of(ALL)).splitlines()

    assert len(lines) == len(ASKED)
    return {(s.name, number): json.loads(line) for (s, number), line in zip(ASKED, lines, strict=True)}


def passed(*arguments: str, given: bytes = b"") -> str:
    """What a command prints that succeeds."""
    outcome = run(*arguments, given=given)
    assert outcome.code == 0, outcome.err
    return outcome.out


@pytest.mark.parametrize(("scenario", "number"), ASKED, ids=[f"{s.name}-{number}" for s, number in ASKED])
def test_the_answer_is_that_of_the_example(
    answers: dict[tuple[str, int], Answer], scenario: Scenario, number: int
) -> None:
    assert check(scenario.questions[number], answers[scenario.name, number]) == []


def test_there_are_as_many_examples_as_there_are() -> None:
    assert (len(ALL), len(ASKED)) == (36, 51)


@pytest.mark.parametrize(
    ("expected", "finding"),
    [
        ({"pays": {"surgery": 1}}, "pays {'surgery': 2}, expected {'surgery': 1}"),
        ({"limits": [("days", "s1", {"used": 4})]}, "limit days s1: used is 3, expected 4"),
        ({"limits": [("days", "s2", {})]}, "0 rows of limit days s2"),
        ({"no_limits": [("days", "s1")]}, "limit days s1 is listed"),
        ({"state": "lapsed"}, "state in_force, expected lapsed"),
        ({"declined": []}, "declined by ['SK-33'], expected []"),
        ({"settlement": {"payable": 1}}, "settlement payable is 2, expected 1"),
        ({"lines": {"surgery": 2}}, "1 lines of surgery, expected 2"),
    ],
)
def test_an_answer_that_is_not_as_expected_is_found(expected: dict[str, object], finding: str) -> None:
    answer: Answer = {
        "status": {"state": "in_force"},
        "benefits": [
            {"benefit": "surgery", "payable": 2, "decision": "payable", "rules": ["SK-45"]},
            {"benefit": "surgery", "payable": 0, "decision": "declined", "rules": ["SK-45", "SK-33"]},
        ],
        "limits": [{"limit": "days", "key": "s1", "cap": 365, "used": 3, "remaining": 362}],
        "settlement": {"payable": 2},
    }

    assert check(Question("2023-01-01", "2024-01-01T00:00:00Z", **expected), answer) == [finding]  # type: ignore[arg-type]

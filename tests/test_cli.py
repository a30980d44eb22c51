"""The command line as a user types it: what is recorded and answered, complained about in one line, left unrecorded."""

import re
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from ledger import console
from ledger.application import ClaimsLedger
from ledger.errors import LedgerFault
from tests.command import AFTER, BEFORE, ID, LATE, SAMPLES, Outcome, event, jsonl, run

pytestmark = pytest.mark.usefixtures("in_english")


def issued(n: int = 1, policy_id: str = "T-1") -> dict[str, Any]:
    plan = {"units": "1", "hospital_type": 365}
    period = {"period_start": "2023-01-01", "period_end": "2024-01-01"}
    insured = {"person_id": "p1", "birth_date": "1970-05-05"}
    return event(n, "PolicyIssued", policy_id, product="seikatsu", plan=plan, insured=insured, **period)


def recorded(row: dict[str, Any], at: str = "2023-01-01T09:00:00+09:00") -> dict[str, Any]:
    return row | {"recorded_at": at}


def records_in(path: Path) -> int:
    with ClaimsLedger.open(str(path)) as ledger:
        return ledger.head()[0]


def refused(outcome: Outcome) -> str:
    """The one message of a command that refuses, which prints nothing else."""
    assert (outcome.code, outcome.out) == (console.REFUSED, "")
    [message] = outcome.err.splitlines()
    assert "Traceback" not in message
    return message


# ---- record ------------------------------------------------------------------------------------------------------------------


def test_record_gives_a_receipt_for_each_event_and_gives_it_again(tmp_path: Path) -> None:
    batch = jsonl(issued(), event(2, "ConditionRecorded", condition_id="c1", kind="sickness", icd10="K35.8"))

    first = run("record", "-", "--db", tmp_path / "x.db", given=batch)
    again = run("record", "-", "--db", tmp_path / "x.db", given=batch)

    assert [row["event_id"] for row in first.rows] == [ID.format(1), ID.format(2)]
    assert all(list(row) == ["event_id", "position", "recorded_at", "hash"] for row in first.rows)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00", first.rows[0]["recorded_at"])
    assert again == first


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (event(3, "PremiumPayed"), 'line 2, type: found "PremiumPayed"; allowed:'),
        (event(3, "PremiumPaid", due_months=["2023-01"], paid_on="2023-01-05", amount=1000.5), "line 2, data.amount: found 1000.5"),
        (event(3, "HospitalAdmitted", stay_id="s1", admitted_on="2023-02-30", condition_id="c1"), 'found "2023-02-30"'),
        (event(3, "HospitalAdmitted", stay_id="s1", admitted_on="2023-02-03", condition_id="c9"), "line 2, data.condition_id"),
        (event(3, "PremiumPaid", "T-2", due_months=["2023-01"], paid_on="2023-01-05", amount=1), "line 2, policy_id"),
        (recorded(issued(3, "T-2")), "line 2, recorded_at"),
        (issued(1, "T-2"), f"line 2, event_id: found {ID.format(1)} with other content"),
    ],
)
def test_a_batch_with_one_bad_line_is_not_recorded_at_all(tmp_path: Path, line: dict[str, Any], message: str) -> None:
    outcome = run("record", "-", "--db", tmp_path / "x.db", given=jsonl(issued(), line))

    assert message in refused(outcome)
    assert records_in(tmp_path / "x.db") == 0


def test_a_refusal_is_in_the_language_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = jsonl(event(3, "PremiumPayed"))

    assert refused(run("record", "-", "--lang", "ja", given=bad)).startswith("hoken: 1行目のtype：「PremiumPayed」は受け付けられません")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "受け付けられません" in refused(run("record", "-", given=bad))
    assert "is not" not in refused(run("record", "-", "--lang", "en", given=bad))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "allowed:" in refused(run("record", "-", given=bad))
    monkeypatch.setenv("HOKEN_LANG", "ja")
    assert "受け付けられません" in refused(run("record", "-", given=bad))


# ---- import ------------------------------------------------------------------------------------------------------------------


def test_an_import_run_again_passes_over_what_is_recorded(tmp_path: Path) -> None:
    first = run("import", LATE, "--db", tmp_path / "x.db")
    again = run("import", LATE, "--db", tmp_path / "x.db", "--format", "table")

    assert first.rows == [{"read": 5, "recorded": 5, "repeated": 0, "refused": 0, "position": 9}]
    assert again.out == "5 lines read, 0 recorded, 5 recorded before; the log ends at position 9.\n"


def test_an_import_with_one_bad_line_records_nothing(tmp_path: Path) -> None:
    lines = LATE.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[3] = lines[3].replace('"stay_id": "s1"', '"stay_id": "s9"')

    outcome = run("import", "-", "--db", tmp_path / "x.db", given="".join(lines))

    assert 'line 4, data.stay_id: found "s9"; allowed: a stay_id recorded before.' in refused(outcome)
    assert records_in(tmp_path / "x.db") == 0


def test_an_import_needs_recorded_at(tmp_path: Path) -> None:
    assert "line 1, recorded_at" in refused(run("import", "-", "--db", tmp_path / "x.db", given=jsonl(issued())))


def test_a_file_that_is_not_there_makes_no_ledger(tmp_path: Path) -> None:
    message = refused(run("import", "nowhere.jsonl", "--db", tmp_path / "x.db"))

    assert message == (
        "hoken: FILE: found nowhere.jsonl (No such file or directory); "
        "allowed: a file that can be read, or - for standard input."
    )
    assert not (tmp_path / "x.db").exists()


# ---- asof --------------------------------------------------------------------------------------------------------------------


def test_an_answer_has_the_fields_of_the_wire_contract_in_their_order(db: Path) -> None:
    [answer] = run("asof", "L-0001", "--on", "2023-03-31", "--known-at", AFTER, "--db", db).rows

    assert list(answer) == [
        "policy_id", "product", "on", "known_at", "position", "events_seen", "head", "terms", "status", "benefits", "limits",
        "settlement", "certificates", "deadlines", "refunds", "orphans", "discrepancies",
    ]  # fmt: skip
    assert (answer["on"], answer["known_at"], answer["position"], answer["events_seen"]) == ("2023-03-31", AFTER, 8, 5)
    assert answer["settlement"]["payable"] == 310_000


def test_the_same_question_gives_the_same_bytes(db: Path) -> None:
    asked = ("asof", "L-0001", "--on", "2023-03-31", "--known-at", BEFORE, "--db", db)
    first = run(*asked).out

    run("record", "-", "--db", db, given=jsonl(event(1, "OutpatientVisited", "L-0001", visited_on="2023-04-03", condition_id="c1")))

    assert run(*asked).out == first


@pytest.mark.parametrize("day", ["R5-03-31", "令和5年3月31日", "２０２３-０３-３１"])
def test_a_day_may_be_given_in_an_era(db: Path, day: str) -> None:
    [answer] = run("asof", "L-0001", "--on", day, "--known-at", AFTER, "--db", db).rows

    assert answer["on"] == "2023-03-31"


def test_what_is_left_out_is_now_in_japan(db: Path) -> None:
    with freeze_time("2023-03-31T14:59:59Z"):
        [before_midnight] = run("asof", "L-0001", "--db", db).rows
    with freeze_time("2023-03-31T15:00:00Z"):
        [at_midnight] = run("asof", "L-0001", "--db", db).rows

    assert (before_midnight["on"], before_midnight["known_at"]) == ("2023-03-31", "2023-03-31T23:59:59+09:00")
    assert (at_midnight["on"], at_midnight["known_at"]) == ("2023-04-01", "2023-04-01T00:00:00+09:00")
    assert at_midnight["settlement"]["payable"] == 200_000  # what is known of the discharge came ten days later


def test_a_cut_by_position_is_exact(db: Path) -> None:
    [answer] = run("asof", "L-0001", "--on", "2023-03-31", "--at-position", "6", "--db", db).rows

    assert (answer["position"], answer["known_at"], answer["settlement"]["payable"]) == (6, None, 200_000)


def test_an_unknown_policy_is_answered(db: Path) -> None:
    outcome = run("asof", "NO-SUCH", "--on", "2023-03-31", "--db", db)

    [answer] = outcome.rows
    assert outcome.code == 0
    assert (answer["status"]["state"], answer["product"], answer["events_seen"], answer["benefits"]) == ("unknown", None, 0, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("L-0001", "--known-at", "2023-03-21T00:00:00"), '--known-at: found "2023-03-21T00:00:00"; allowed: an instant with its offset'),
        (("L-0001", "--on", "2023-02-29"), '--on: found "2023-02-29"'),
        (("L-0001", "--on", "R1-04-30"), '--on: found "R1-04-30"; allowed: an existing day of the era R'),
        (("L 0001",), 'POLICY: found "L 0001"; allowed: 1 to 64 of A-Z'),
        ((), "POLICY: found nothing; allowed: either POLICY or --questions"),
        (("L-0001", "--questions", "-"), "either POLICY or --questions"),
        (("L-0001", "--at-position", "3", "--known-at", BEFORE), '--at-position: found "3"; allowed: only without'),
        (("L-0001", "--at-position", "-1"), '--at-position: found "-1"; allowed: a whole number from 0'),
        (("L-0001", "--at-position", "three"), '--at-position: found "three"'),
        (("L-0001", "--format", "xml"), "'xml' is not one of 'table', 'json', 'csv'"),
        (("L-0001", "--onn", "2023-03-31"), "--onn"),
        (("L-0001", "extra"), "extra"),
    ],
)
def test_a_question_put_wrongly_is_refused(db: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(run("asof", *arguments, "--db", db))


def test_an_unknown_command_is_refused() -> None:
    assert refused(run("as-of", "L-0001")) == "hoken: No such command 'as-of'. Did you mean 'asof'? (see hoken --help)"


# ---- many questions ------------------------------------------------------------------------------------------------------------


def test_questions_are_answered_in_their_order_one_a_line(db: Path) -> None:
    asked = [("L-0001", "2023-03-31"), ("NO-SUCH", "2023-03-31"), ("L-0001", "2023-03-10"), ("L-0001", "2023-03-31")]
    questions = jsonl(*({"policy_id": policy_id, "on": on, "known_at": AFTER} for policy_id, on in asked))

    answers = run("asof", "--questions", "-", "--db", db, given=b"\xef\xbb\xbf" + questions.replace("\n", "\n\n").encode()).rows

    assert [(answer["policy_id"], answer["on"]) for answer in answers] == asked
    assert [answer["settlement"]["payable"] for answer in answers] == [310_000, 0, 100_000, 310_000]


def test_an_answer_among_many_is_the_one_asked_alone(db: Path, tmp_path: Path) -> None:
    cuts = [(on, known_at) for on in ("2023-03-05", "2023-03-31", "2024-01-01") for known_at in (BEFORE, AFTER, "2022-01-01T00:00:00Z")]
    asked = tmp_path / "questions.jsonl"
    asked.write_text(jsonl(*({"policy_id": "L-0001", "on": on, "known_at": known_at} for on, known_at in cuts)), encoding="utf-8")

    together = run("asof", "--questions", asked, "--db", db).out
    alone = "".join(run("asof", "L-0001", "--on", on, "--known-at", known_at, "--db", db).out for on, known_at in cuts)

    assert together == alone


def test_a_question_may_leave_out_both_times(db: Path) -> None:
    with freeze_time("2023-04-20T00:00:00Z"):
        [answer] = run("asof", "--questions", "-", "--db", db, given='{"policy_id": "L-0001", "on": null}\n').rows

    assert (answer["on"], answer["known_at"]) == ("2023-04-20", "2023-04-20T09:00:00+09:00")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"policy_id": "L-0001", "when": "2023-03-31"}', 'line 3, when: found an unknown field; allowed: policy_id, on, known_at'),
        ('{"on": "2023-03-31"}', "line 3, policy_id: found nothing"),
        ('{"policy_id": "L/1"}', "line 3, policy_id"),
        ('{"policy_id": "L-0001", "known_at": "2023-03-31T00:00:00"}', "line 3, known_at"),
        ('{"policy_id": "L-0001", "on": 20230331}', "line 3, on: found 20230331"),
        ('{"policy_id": "L-0001", "policy_id": "L-0002"}', "line 3, policy_id"),
        ('{"policy_id": "L-0001"', "line 3, the whole object"),
        ('["L-0001"]', "line 3, the whole object"),
        ('{"policy_id": "\\ud800"}', "line 3, policy_id"),
    ],
)
def test_a_bad_question_is_named_and_none_is_answered(db: Path, bad: str, message: str) -> None:
    good = '{"policy_id": "L-0001", "on": "2023-03-31"}\n'

    assert message in refused(run("asof", "--questions", "-", "--db", db, given=f"{good}\n{bad}\n{good}"))


# ---- lapse-due -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def missed(tmp_path: Path) -> Path:
    """A ledger with the debits of November and December missed, and policies of other products."""
    path = tmp_path / "missed.db"
    history = (SAMPLES / "sony-medical.jsonl").read_text(encoding="utf-8")
    assert '"due_month": "2023-12"' in (until := history[: history.index('{"event_id"', history.index('"2023-12-29T'))])
    assert run("import", "-", "--db", path, given=until).code == 0
    assert run("import", LATE, "--db", path).code == 0
    return path


def test_lapse_due_records_a_lapse_once(missed: Path) -> None:
    too_early = run("lapse-due", "--on", "2023-12-31", "--db", missed)
    due = run("lapse-due", "--on", "R6-01-01", "--db", missed)
    again = run("lapse-due", "--on", "2024-06-01", "--db", missed)

    assert (too_early.code, too_early.out) == (0, "")
    [receipt] = due.rows
    assert (again.code, again.out) == (0, "")
    *_, last = run("timeline", "SM-2021-0311", "--db", missed).rows
    assert (last["event_id"], last["type"], last["data"]) == (
        receipt["event_id"], "PolicyLapsed", {"lapsed_on": "2024-01-01", "ground": "premium"},
    )  # fmt: skip


def test_a_lapse_taken_back_is_not_recorded_again(missed: Path) -> None:
    [receipt] = run("lapse-due", "--on", "2024-01-01", "--db", missed).rows
    back = event(1, "FactRetracted", "SM-2021-0311", target=receipt["event_id"], reason="誤り")
    run("record", "-", "--db", missed, given=jsonl(back))
    before = records_in(missed)

    outcome = run("lapse-due", "--on", "2024-01-01", "--db", missed, "--format", "table")

    assert (outcome.code, outcome.out) == (0, "No lapse is due.\n")
    assert records_in(missed) == before


# ---- databases -----------------------------------------------------------------------------------------------------------------


def test_a_ledger_is_a_path_or_a_url_or_that_of_the_environment(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_path = run("timeline", "L-0001", "--db", db).out
    monkeypatch.setenv("HOKEN_DB", f"sqlite:///{db}")

    assert run("timeline", "L-0001").out == by_path != ""
    assert run("timeline", "L-0001", "--db", "other.db").out == ""


def test_init_makes_the_default_ledger_in_the_current_folder(tmp_path: Path) -> None:
    assert run("init") == (0, "", "")
    assert (tmp_path / "hoken.db").exists()


@pytest.mark.parametrize("url", ["mysql://root:secret@localhost/x", "sqlite://", "postgresql+nonsense"])
def test_a_database_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    (tmp_path / "postgresql+nonsense").mkdir()

    message = refused(run("asof", "L-0001", "--db", url))

    assert message.startswith("hoken: db: found ")
    assert "secret" not in message


@pytest.mark.postgres
def test_the_commands_work_on_a_server(postgres_url: str) -> None:
    assert "hoken init" in refused(run("asof", "L-0001", "--db", postgres_url))
    assert run("init", "--db", postgres_url) == (0, "", "")
    assert run("import", LATE, "--db", postgres_url).rows[0]["recorded"] == 5
    [answer] = run("asof", "L-0001", "--on", "2023-03-31", "--known-at", AFTER, "--db", postgres_url).rows
    assert answer["settlement"]["payable"] == 310_000


# ---- faults --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (LedgerFault("x.db: the disk is full"), "hoken: fault of the ledger: x.db: the disk is full\n"),
        (ValueError("no such thing"), "hoken: unforeseen fault: ValueError: no such thing (HOKEN_DEBUG=1 shows where)\n"),
    ],
)
def test_a_fault_is_one_message_and_another_exit_code(monkeypatch: pytest.MonkeyPatch, error: Exception, message: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ClaimsLedger, "open", fail)

    assert run("asof", "L-0001") == (console.FAULT, "", message)
    monkeypatch.setenv("HOKEN_DEBUG", "1")
    with pytest.raises(type(error)):
        run("asof", "L-0001")

"""What bad input gets: one message that names line, field, what was found and what is allowed. Nothing else is refused."""

import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import events as ev
from ledger.door import day, instant, read_amendment, read_lines, read_object
from ledger.door.lines import _fast
from ledger.errors import MISSING, UNKNOWN_FIELD, Refused
from tests.ledger.bad_inputs import BAD, GOOD, MIB, SAMPLES, nested, with_literal, without


def refused(line: bytes, mode: Any = "import") -> Refused:
    """The refusal of a line that stands third in a file, after a good line and a blank one."""
    stream = io.BytesIO(GOOD.replace(b"s1", b"s0") + b"\r\n\n" + line + b"\n" + GOOD + b"\n")
    read = read_lines(stream, mode=mode)
    next(read)
    with pytest.raises(Refused) as caught:
        next(read)
    return caught.value


def test_there_are_hundreds_of_different_bad_inputs() -> None:
    assert len({line for _, line, _ in BAD}) == len(BAD) > 700


@pytest.mark.parametrize(("line", "field"), [(line, field) for _, line, field in BAD], ids=[name for name, _, _ in BAD])
def test_bad_input_is_refused_by_line_and_field(line: bytes, field: str | None) -> None:
    began = time.perf_counter()
    refusal = refused(line)
    took = time.perf_counter() - began

    assert (refusal.line, refusal.field) == (3, field)
    english, japanese = refusal.in_language("en"), refusal.in_language("ja")
    assert english.startswith("line 3, ")
    assert japanese.startswith("3行目の")
    if field is not None and field.isascii() and field.isprintable():
        assert field in english
        assert field in japanese
    assert "found " in english
    assert "allowed: " in english
    assert "認められるもの：" in japanese
    assert english.count("\n") == japanese.count("\n") == 0
    assert english.isprintable()
    assert len(english) < 1000
    assert took < 5


# ---- what the messages say ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "english"),
    [
        (
            with_literal("BenefitPaid", "data.amount", "1e3"),
            "line 3, data.amount: found 1e3; allowed: whole yen as a JSON integer from 0 to 1,000,000,000,000.",
        ),
        (
            with_literal("BenefitPaid", "data.amount", "1000.0"),
            "line 3, data.amount: found 1000.0; allowed: whole yen as a JSON integer from 0 to 1,000,000,000,000.",
        ),
        (
            with_literal("BenefitPaid", "data.amount", "18446744073709551616"),
            "line 3, data.amount: found 18446744073709551616; allowed: whole yen as a JSON integer from 0 to 1,000,000,000,000.",
        ),
        (
            with_literal("BenefitPaid", "data.payee", '"me"'),
            'line 3, data.payee: found "me"; allowed: insured, provider, hospital, heir.',
        ),
        (
            with_literal("StayConfirmed", "type", '"StayConfirm"'),
            'line 3, type: found "StayConfirm"; allowed: one of 54 names, nearest: StayConfirmed.',
        ),
        (
            with_literal("StayConfirmed", "data.trough", '"2023-08-10"'),
            "line 3, data.trough: found an unknown field; allowed: through, stay_id.",
        ),
        (
            with_literal("HospitalAdmitted", "data.admitted_on", '"R1-04-30"'),
            'line 3, data.admitted_on: found "R1-04-30"; allowed: an existing day of the era R (令和), from 2019-05-01.',
        ),
        (with_literal("StayConfirmed", "schema", "2"), "line 3, schema: found 2; allowed: 1."),
        (
            with_literal("PolicyRenewed", "data.period_end", '"2024-01-01"'),
            'line 3, data.period_end: found "2024-01-01"; allowed: a day after period_start (2024-01-01).',
        ),
        (
            without("HospitalDischarged", "data.discharged_on"),
            (
                "line 3, data.discharged_on: found nothing; allowed: an existing day from 1900-01-01 to 2200-12-31, "
                "written YYYY-MM-DD, R5-08-01 or 令和5年8月1日."
            ),
        ),
        (
            with_literal("PropertyLost", "data.items", "[]"),
            (
                "line 3, data.items: found a list of 0; allowed: a list of at least one, "
                "each an object with the fields kind, repair_cost, current_value."
            ),
        ),
        (
            nested(33),
            "line 3, the whole object: found level 33; allowed: at most 32 levels, the object itself being the first.",
        ),
        (
            GOOD.replace(b'"s1"', b'"s\xff"'),
            f"line 3, data.stay_id: found the byte 0xff at byte {GOOD.index(b's1') + 2}, which is not UTF-8; allowed: well-formed UTF-8.",
        ),
    ],
)
def test_the_message_names_what_was_found_and_what_is_allowed(line: bytes, english: str) -> None:
    assert refused(line).in_language("en") == english


def test_a_message_in_japanese() -> None:
    assert refused(with_literal("BenefitPaid", "data.payee", '"me"')).in_language("ja") == (
        "3行目のdata.payee：「me」は受け付けられません（認められるもの：insured、provider、hospital、heir）。"
    )


def test_a_refusal_names_the_event_and_the_policy_where_they_are_known() -> None:
    refusal = refused(with_literal("StayConfirmed", "data.through", "1"))

    assert (refusal.policy_id, refusal.event_id) == ("T-0001", SAMPLES["StayConfirmed"]["event_id"])


def test_what_is_odd_in_the_bytes_goes_before_what_is_odd_in_a_field() -> None:
    line = with_literal("StayConfirmed", "data.through", "1").replace(
        b'"stay_id": "s1"', b'"stay_id": "s1", "stay_id": "s1"'
    )

    assert refused(line).field == "data.stay_id"


def test_an_unknown_field_goes_before_the_field_left_out_for_it() -> None:
    line = without("StayConfirmed", "data.through").replace(b'"stay_id"', b'"thruogh": "2023-08-10", "stay_id"')
    refusal = refused(line)

    assert (refusal.field, refusal.found) == ("data.thruogh", UNKNOWN_FIELD)
    assert isinstance(refusal.allowed, tuple)
    assert refusal.allowed[0] == "through"


def read_or_refused(line: bytes) -> ev.Event | Refused:
    try:
        return read_object(line, mode="import")
    except Refused as refusal:
        return refusal


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    with pytest.raises(Refused):
        read_object(noise, mode="record")


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3))
def test_any_damage_is_refused_or_leaves_an_event(at: int, noise: bytes) -> None:
    line = GOOD[:at] + noise + GOOD[at + len(noise) :]
    outcome = read_or_refused(line)

    if isinstance(outcome, Refused):
        assert outcome.in_language("en").isprintable()
    else:
        assert ev.decode(ev.encode(outcome)) == outcome


ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_any_value_anywhere_is_refused_or_leaves_an_event(type_: str, draw: st.DataObject) -> None:
    line = json.loads(json.dumps(SAMPLES[type_]))
    field = draw.draw(st.sampled_from(sorted(line["data"])))
    line["data"][field] = draw.draw(ODD_JSON)
    outcome = read_or_refused(json.dumps(line).encode())

    if isinstance(outcome, Refused):
        assert outcome.field is not None
        assert outcome.field.startswith(f"data.{field}")
    else:
        assert ev.decode(ev.encode(outcome)) == outcome


# ---- what is accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("blank", [b"", b"\n", b"\r\n", b"  \t\n\n"])
def test_a_bom_at_the_start_and_blank_lines_are_passed_over(blank: bytes, end: bytes) -> None:
    read = list(read_lines(io.BytesIO(b"\xef\xbb\xbf" + blank + GOOD + end), mode="import"))

    assert [number for number, _ in read] == [1 + blank.count(b"\n")]


def test_lines_may_come_from_any_iterable() -> None:
    assert [n for n, _ in read_lines([GOOD, b"\n", GOOD + b"\n"], mode="import")] == [1, 3]


def test_nothing_is_read_beyond_the_longest_line() -> None:
    class Endless:
        asked = 0

        def readline(self, size: int, /) -> bytes:
            self.asked += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused):
        list(read_lines(stream, mode="import"))
    assert stream.asked < 2 * MIB


def test_thirty_two_levels_and_one_mebibyte_are_accepted() -> None:
    read_object(nested(32), mode="import")
    read_object(GOOD + b" " * (MIB - len(GOOD)) + b"\r\n", mode="import")
    with pytest.raises(Refused):
        read_object(GOOD + b" " * (MIB - len(GOOD) + 1), mode="import")


@pytest.mark.parametrize("text", ['"\\":', '{"a":[', "\\\\", '\\"', " :", "\\u0000".replace("\\", "\\\\")])
def test_texts_that_look_like_structure_are_texts(text: str) -> None:
    event = read_object(json.dumps(SAMPLES["StayConfirmed"] | {"note": text * 40}).encode(), mode="import")

    assert event.note == text * 40


@pytest.mark.parametrize(
    "layout", [{"separators": (",", ":")}, {"ensure_ascii": False}, {"separators": (" , ", " : ")}]
)
def test_the_layout_of_the_json_does_not_matter(layout: dict[str, Any]) -> None:
    for sample in SAMPLES.values():
        line = json.dumps(sample, **layout).encode()
        assert read_object(line, mode="import") == read_object(json.dumps(sample).encode(), mode="import")


def test_ordinary_lines_go_the_fast_way() -> None:
    assert all(_fast(json.dumps(sample).encode()) for sample in SAMPLES.values())


def test_limits_of_texts_are_inclusive() -> None:
    for text in ("x" * 4096, "あ" * 1365):
        line = SAMPLES["SurgeryPerformed"] | {"note": text, "actor": text, "evidence": [text, text]}
        line["data"] = line["data"] | {"name": text, "stay_id": "病" * 64}
        assert read_object(json.dumps(line).encode(), mode="import").note == text


def test_evidence_may_be_one_text() -> None:
    assert read_object(
        json.dumps(SAMPLES["StayConfirmed"] | {"evidence": "診断書"}).encode(), mode="import"
    ).evidence == ("診断書",)


@pytest.mark.parametrize("name", ["schema", "evidence", "actor", "note"])
def test_the_rest_of_the_envelope_may_be_left_out(name: str) -> None:
    event = read_object(without("StayConfirmed", name), mode="import")

    assert {"schema": event.schema_ == 1, "evidence": event.evidence == ()}.get(
        name, getattr(event, name, None) is None
    )


def test_event_ids_are_compared_in_lower_case_wherever_they_stand() -> None:
    event_id = "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c"
    stay, claim, retraction = (
        read_object(
            json.dumps(sample).replace(sample["event_id"], event_id).replace(event_id, event_id.upper()).encode(),
            mode="import",
        )
        for sample in (SAMPLES["StayConfirmed"], SAMPLES["ClaimFiled"], SAMPLES["FactRetracted"])
    )

    assert stay.event_id == event_id
    assert isinstance(claim.data, ev.ClaimFiled)
    assert isinstance(retraction.data, ev.FactRetracted)
    assert (claim.data.facts, retraction.data.target) == ((event_id,), event_id)


def test_recording_makes_the_id_and_refuses_an_instant() -> None:
    now = SAMPLES["StayConfirmed"].copy()
    del now["recorded_at"], now["event_id"]
    event = read_object(json.dumps(now).encode(), mode="record", make_id=lambda: "made")

    assert (event.event_id, event.recorded_at) == ("made", None)
    assert (
        read_object(json.dumps(now).encode(), mode="record").event_id
        != read_object(json.dumps(now).encode(), mode="record").event_id
    )
    assert (
        read_object(json.dumps(now | {"event_id": None, "recorded_at": None}).encode(), mode="record").recorded_at
        is None
    )
    with pytest.raises(Refused) as caught:
        read_object(GOOD, mode="record")
    assert caught.value.field == "recorded_at"


def test_an_import_needs_the_id_and_the_instant() -> None:
    for name in ("event_id", "recorded_at"):
        refusal = refused(without("StayConfirmed", name))
        assert (refusal.field, refusal.found) == (name, MISSING)


# ---- days and instants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-08-20T10:00:00+09:00", datetime(2023, 8, 20, 1, tzinfo=UTC)),
        ("2023-08-20T01:00:00Z", datetime(2023, 8, 20, 1, tzinfo=UTC)),
        ("2023-08-20T01:00Z", datetime(2023, 8, 20, 1, tzinfo=UTC)),
        ("2023-08-19T15:00:00.1-10:00", datetime(2023, 8, 20, 1, 0, 0, 100000, tzinfo=UTC)),
        ("2023-08-20T01:00:00.000001+00:00", datetime(2023, 8, 20, 1, 0, 0, 1, tzinfo=UTC)),
        ("２０２３-０８-２０T０１:００:００Z", datetime(2023, 8, 20, 1, tzinfo=UTC)),
        ("1900-01-01T00:00:00+09:00", datetime(1899, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, utc: datetime) -> None:
    assert instant(text) == utc
    assert instant(text).tzinfo is UTC


@pytest.mark.parametrize("read", [day, instant])
@pytest.mark.parametrize("text", ["", "2023-02-30", "2023-08-20T10:00:00", None, 5, "x" * 1000])
def test_a_day_or_an_instant_that_is_none_is_refused_by_its_name(
    read: Callable[[object, str], object], text: object
) -> None:
    with pytest.raises(Refused) as caught:
        read(text, "--on")

    assert (caught.value.field, caught.value.found) == ("--on", text)
    assert "allowed: an " in caught.value.in_language("en")


def test_an_amendment_is_read_as_its_root_type() -> None:
    assert read_amendment("StayConfirmed", {"stay_id": "s1", "through": "R5-08-10"}) == ev.StayConfirmed(
        stay_id="s1", through=day("2023-08-10")
    )
    with pytest.raises(Refused) as caught:
        read_amendment("StayConfirmed", {"stay_id": "s1", "through": "R1-04-30"})
    assert caught.value.field == "data.data.through"

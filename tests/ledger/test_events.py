"""The vocabulary, its stored bytes, and the reading of what older versions wrote."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger import events as ev
from ledger.door import read_lines, read_object
from ledger.errors import Refused, Undecodable

SAMPLES = Path(__file__).parent / "event_samples"
LINES = (SAMPLES / "every_type.jsonl").read_bytes().splitlines()
EVENTS = [event for _, event in read_lines(iter(LINES), mode="import")]
IDS = [f"{event.type}-{i}" for i, event in enumerate(EVENTS)]
STORED = (SAMPLES / "stored_schema_1.jsonl").read_bytes().splitlines()
OLD = (SAMPLES / "premium_missed_schema_0.jsonl").read_bytes().splitlines()


def sample(type_: str) -> ev.Event:
    """The fullest sample of a type."""
    return next(event for event in EVENTS if event.type == type_)


# ---- the vocabulary -------------------------------------------------------------------------------------------------


def test_there_is_a_sample_of_every_type() -> None:
    assert {event.type for event in EVENTS} == set(ev.EVENT_TYPES)
    assert len(ev.EVENT_TYPES) == 54


@pytest.mark.parametrize("type_", ev.EVENT_TYPES)
def test_the_full_sample_shows_every_field(type_: str) -> None:
    data = next(json.loads(line)["data"] for line in LINES if json.loads(line)["type"] == type_)

    assert set(data) == {field.alias or name for name, field in ev.EVENT_TYPES[type_].model_fields.items()}


@pytest.mark.parametrize("event", EVENTS, ids=IDS)
def test_facts_are_frozen(event: ev.Event) -> None:
    field = next(iter(type(event.data).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event.data, field, None)


def test_defaults_are_filled_in() -> None:
    issued = next(e.data for e in reversed(EVENTS) if isinstance(e.data, ev.PolicyIssued))
    leak = next(e.data for e in reversed(EVENTS) if isinstance(e.data, ev.CyberIncidentDiscovered))
    stay = next(e.data for e in reversed(EVENTS) if isinstance(e.data, ev.HospitalAdmitted))

    assert issued.entered_on == issued.period_start == date(2023, 1, 1)
    assert leak.leak_evident_on == leak.discovered_on == date(2023, 5, 1)
    assert (leak.personal_data, leak.attack_confirmed) == (True, True)
    assert (stay.purpose, stay.health_insured, stay.deemed) == ("treatment", True, False)


@pytest.mark.parametrize("event", EVENTS, ids=IDS)
def test_null_in_an_optional_field_is_the_same_as_leaving_it_out(event: ev.Event) -> None:
    cls = type(event.data)
    optional = [n for n, f in cls.model_fields.items() if not f.is_required() and f.default in (None, ())]
    optional = [n for n in optional if n != "reason_arose_on"]  # its ground requires it
    bare = {k: v for k, v in event.data.wire().items() if k not in optional}

    assert isinstance(event.data, ev.Fact)
    assert event.data.parse(bare | dict.fromkeys(optional)) == event.data.parse(bare)


def test_a_plan_is_a_copy_that_its_giver_cannot_change() -> None:
    plan: dict[str, Any] = {"riders": {"a": [1]}}
    changed = ev.CoverageChanged.parse({"effective_on": "2023-01-01", "plan": plan})
    plan["riders"]["a"].append(2)

    assert changed.plan == {"riders": {"a": [1]}}


def test_wire_names_and_attribute_names() -> None:
    worn = ev.ClaimObstructed.parse({"claim_id": "q", "from": "2023-01-01", "to": "2023-01-02"})

    assert worn.from_ == date(2023, 1, 1)
    assert worn.wire() == {"claim_id": "q", "from": "2023-01-01", "to": "2023-01-02"}
    assert ev.ClaimObstructed(claim_id="q", from_=date(2023, 1, 1), to=date(2023, 1, 2)) == worn
    with pytest.raises(ValidationError):
        ev.ClaimObstructed.parse({"claim_id": "q", "from_": "2023-01-01", "to": "2023-01-02"})


@pytest.mark.parametrize(("start", "end", "accepted"), [(1, 1, True), (1, 2, True), (2, 1, False)])
def test_a_span_may_be_one_day_and_not_less(start: int, end: int, accepted: bool) -> None:
    spans: list[tuple[type[ev.Fact], str, str, dict[str, Any]]] = [
        (ev.ClaimObstructed, "from", "to", {"claim_id": "q"}),
        (ev.AnticancerTreated, "from", "to", {"condition_id": "c", "drug": "hormone"}),
        (
            ev.CareCertified,
            "valid_from",
            "valid_to",
            {"person_id": "p", "certified_on": "2023-01-01", "level": "care1"},
        ),
    ]
    for cls, first, last, more in spans:
        data = {first: f"2023-01-0{start}", last: f"2023-01-0{end}", **more}
        if accepted:
            cls.parse(data)
        else:
            with pytest.raises(ValidationError):
                cls.parse(data)


@pytest.mark.parametrize(("end", "accepted"), [("2022-12-31", False), ("2023-01-01", False), ("2023-01-02", True)])
def test_a_period_is_never_empty(end: str, accepted: bool) -> None:
    data = {"period_start": "2023-01-01", "period_end": end}
    if accepted:
        ev.PolicyRenewed.parse(data)
    else:
        with pytest.raises(ValidationError):
            ev.PolicyRenewed.parse(data)


@pytest.mark.parametrize("ground", ["disclosure", "additional_premium"])
def test_a_reason_is_needed_for_a_serious_ground_only(ground: str) -> None:
    ev.PolicyRescinded.parse({"rescinded_on": "2023-01-01", "ground": ground})
    with pytest.raises(ValidationError):
        ev.PolicyRescinded.parse({"rescinded_on": "2023-01-01", "ground": "serious"})


# ---- stored bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS, ids=IDS)
def test_an_event_is_read_back_as_it_was_written(event: ev.Event) -> None:
    stored = ev.encode(event)

    assert ev.decode(stored) == event
    assert ev.encode(ev.decode(stored)) == stored
    assert stored == rfc8785.dumps(json.loads(stored))


@pytest.mark.parametrize(("stored", "event"), list(zip(STORED, EVENTS, strict=True)), ids=IDS)
def test_the_stored_form_of_schema_1_does_not_change(stored: bytes, event: ev.Event) -> None:
    assert ev.encode(event) == stored


def test_what_the_ledger_adds_is_read_back_as_it_was_written() -> None:
    entries = [["2023-08-01", 1, "Line", "a/b", 300000, ["SK-10"], None, True], ["2023-08-01", -1, "Span", []]]
    assessed = ev.assessed(EVENTS[0], entries=entries, terms={"version": "2024-04", "hash": "ab" * 32})
    failed = ev.assessed(EVENTS[0], entries=(), fault="KeyError: 'x'\n\x00", cause="rules", cause_position=4711)

    assert isinstance(assessed.data, ev.Assessed)
    assert (assessed.type, assessed.policy_id) == ("Assessed", EVENTS[0].policy_id)
    assert (assessed.recorded_at, assessed.data.causes) == (EVENTS[0].recorded_at, (EVENTS[0].event_id,))
    assert list(assessed.data.entries) == entries
    assert ev.decode(ev.encode(assessed)) == assessed
    assert ev.decode(ev.encode(failed)) == failed
    assert assessed.event_id != failed.event_id
    assert assessed == ev.assessed(EVENTS[0], entries=entries, terms={"version": "2024-04", "hash": "ab" * 32})


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_an_instant_is_stored_in_utc_with_microseconds(local: datetime, minutes: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = ev.utc_text(instant)

    assert len(text) == 27
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == instant


def test_instants_sort_as_their_texts() -> None:
    early = datetime(2023, 8, 20, 1, 0, 0, 0, UTC)
    late = early + timedelta(microseconds=1)

    assert ev.utc_text(early) == "2023-08-20T01:00:00.000000Z" < ev.utc_text(late)


def test_an_event_not_yet_recorded_has_no_instant() -> None:
    event = replace(EVENTS[0], recorded_at=None)

    assert ev.decode(ev.encode(event)) == event


# ---- personal texts -------------------------------------------------------------------------------------------------

SECRETS: tuple[str, ...] = (
    "診断書 2023-08-15",
    "領収書",
    "claims-desk",
    "電話で確認",
    "female",
    "網膜光凝固術",
    "福岡ケアホーム",
)
SECRETS += ("博多警察署", "長女", "免責の疾病", "日数の誤り", "水晶体再建術", "診療録", "別人の記録")


@pytest.mark.parametrize("event", EVENTS, ids=IDS)
def test_personal_texts_stand_apart_from_what_rules_read(event: ev.Event) -> None:
    record = ev.record_of(event)
    record.pop("personal", None)
    rest = json.dumps(record, ensure_ascii=False)

    assert [secret for secret in SECRETS if secret in rest] == []


def test_every_secret_of_the_samples_is_stored_somewhere() -> None:
    stored = b"".join(map(ev.encode, EVENTS)).decode()

    assert [secret for secret in SECRETS if secret not in stored] == []


@pytest.mark.parametrize("event", EVENTS, ids=IDS)
def test_without_the_key_days_and_amounts_are_still_read(event: ev.Event) -> None:
    record = ev.record_of(event)
    record["personal"] = None
    read = ev.from_record(json.loads(json.dumps(record)))

    assert (read.evidence, read.actor, read.note) == ((), None, None)
    personal = {path.split(".")[0] for path in type(event.data).PERSONAL} if isinstance(event.data, ev.Fact) else set()
    personal |= {"data"} if event.type == "FactAmended" else set()
    kept = {k: v for k, v in event.data.wire().items() if k not in personal}
    assert {k: v for k, v in read.data.wire().items() if k not in personal} == kept


def test_a_required_text_that_cannot_be_read_is_marked() -> None:
    record = ev.record_of(sample("SurgeryPerformed"))
    record["personal"] = None
    surgery = ev.from_record(record).data

    assert isinstance(surgery, ev.SurgeryPerformed)
    assert surgery.name == ev.ERASED


@pytest.mark.parametrize("normalise", [True, False])
def test_an_amendment_without_its_key_still_amends(normalise: bool) -> None:
    event = ev.normalised(sample("FactAmended"), "SurgeryPerformed") if normalise else sample("FactAmended")
    record = json.loads(ev.encode(event))
    assert record["personal"]["data"].keys() == {"reason", "data.name"}
    record["personal"] = None
    read = ev.from_record(record).data

    assert isinstance(read, ev.FactAmended)
    surgery = ev.amended("SurgeryPerformed", read.data)
    assert isinstance(surgery, ev.SurgeryPerformed)
    assert (surgery.performed_on, surgery.name) == (date(2023, 8, 3), ev.ERASED)


def test_an_amendment_may_hold_a_personal_text_inside_a_part() -> None:
    issued = {**sample("PolicyIssued").data.wire(), "policyholder": None}
    event = replace(sample("FactAmended"), data=ev.FactAmended(target=EVENTS[0].event_id, data=issued, reason="x"))
    assert ev.decode(ev.encode(event)) == event
    record = json.loads(ev.encode(event))
    assert "female" not in json.dumps(record["data"])
    record["personal"] = None
    read = ev.from_record(record).data

    assert isinstance(read, ev.FactAmended)
    policy = ev.amended("PolicyIssued", read.data)
    assert isinstance(policy, ev.PolicyIssued)
    assert (policy.insured.sex, policy.insured.person_id) == (ev.ERASED, "p1")


def test_personal_fields_exist_and_are_texts() -> None:
    for cls in ev.EVENT_TYPES.values():
        for path in cls.PERSONAL:
            assert path.split(".")[0] in cls.model_fields, (cls, path)


def test_the_persons_of_an_event() -> None:
    assert ev.persons(sample("PolicyIssued")) == ("p1", "p2", "p3")
    assert ev.persons(sample("CareCertified")) == ("p2",)
    assert ev.persons(sample("HospitalAdmitted")) == ()


# ---- older schemas --------------------------------------------------------------------------------------------------


def test_schema_0_of_a_missed_premium_is_read_for_ever() -> None:
    event = ev.decode(OLD[0])

    assert event.data == ev.PremiumMissed(due_month="2019-03", due_on=date(2019, 4, 30))
    assert (event.schema_, event.actor) == (1, "premium-desk")
    assert json.loads(ev.encode(event))["data"] == {"due_month": "2019-03", "due_on": "2019-04-30"}


def test_an_amendment_written_in_schema_0_is_read_for_ever() -> None:
    event = ev.decode(OLD[1])

    assert isinstance(event.data, ev.FactAmended)
    assert ev.amended("PremiumMissed", event.data.data) == ev.PremiumMissed(
        due_month="2019-04", due_on=date(2019, 5, 31)
    )


def test_every_upcast_leads_to_the_present_schema() -> None:
    for type_, schema in ev.UPCASTS:
        steps = schema
        while (type_, steps) in ev.UPCASTS:
            steps += 1
        assert steps == ev.EVENT_TYPES[type_].SCHEMA


@pytest.mark.parametrize("schema", [0, 2])
def test_schema_other_than_the_present_one_is_refused_at_the_door(schema: int) -> None:
    line = {
        "policy_id": "T-1",
        "type": "PremiumMissed",
        "schema": schema,
        "data": {"month": "2019-03", "due_on": "2019-04-30"},
    }
    with pytest.raises(Refused) as caught:
        read_object(json.dumps(line).encode(), mode="record")

    assert (caught.value.field, caught.value.found, caught.value.allowed) == ("schema", schema, (1,))


# ---- what cannot be read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "HospitalBuilt"}, "KeyError 'HospitalBuilt'"),
        ({"schema": 7}, "ValueError"),
        ({"schema": -1}, "ValueError"),
        ({"data": {"stay_id": "山田太郎"}}, "data.through"),
        ({"data": {"stay_id": "s1", "through": "山田太郎"}}, "data.through"),
        ({"data": {"stay_id": "s1", "through": "2023-08-10", "山田太郎": 1}}, "data."),
        ({"data": None}, "data"),
        ({"recorded_at": "yesterday"}, "ValueError"),
        ({"personal": {"data": {"a.b": "山田太郎"}}}, "KeyError 'a'"),
    ],
)
def test_what_cannot_be_read_is_a_fault_that_names_the_event(change: dict[str, Any], reason: str) -> None:
    record = json.loads(ev.encode(sample("StayConfirmed"))) | change
    with pytest.raises(Undecodable, match=record["event_id"]) as caught:
        ev.decode(json.dumps(record).encode())

    assert reason in str(caught.value)
    assert "山田太郎" not in str(caught.value)


@pytest.mark.parametrize("stored", [b"", b"{", b"[]", b"null", b"{}", b'{"type": "StayConfirmed"}', b"\xff"])
def test_bytes_that_are_no_record_are_a_fault(stored: bytes) -> None:
    with pytest.raises(Undecodable):
        ev.decode(stored)


# ---- the same event again -------------------------------------------------------------------------------------------


def test_the_same_content_is_the_same_however_it_was_written() -> None:
    data = {"stay_id": "s1", "admitted_on": "令和５年８月１日", "condition_id": "c1", "high_risk": None}
    full = {"stay_id": "s1", "admitted_on": "2023-08-01", "condition_id": "c1", "purpose": "treatment", "deemed": False}
    given_id = "0F9C1B2A-3D4E-4F5A-8B6C-7D8E9F0A1B2C"
    one, other = (
        read_object(
            json.dumps({"event_id": event_id, "policy_id": "T", "type": "HospitalAdmitted", "data": d}).encode(),
            mode="record",
        )
        for event_id, d in ((given_id, data), (given_id.lower(), full))
    )

    assert one.event_id == other.event_id == given_id.lower()
    assert ev.content(one) == ev.content(other)
    assert ev.same_content(one, other)


@pytest.mark.parametrize(
    "change", [{"policy_id": "U"}, {"evidence": ()}, {"actor": "x"}, {"note": None}, {"schema_": 2}]
)
def test_any_difference_of_the_envelope_is_another_content(change: dict[str, Any]) -> None:
    event = sample("StayConfirmed")

    assert not ev.same_content(event, replace(event, **change))


def test_other_data_are_another_content() -> None:
    event = sample("StayConfirmed")
    later = ev.StayConfirmed(stay_id="s1", through=date(2023, 8, 11))

    assert not ev.same_content(event, replace(event, data=later))


def test_the_instant_counts_where_it_is_given() -> None:
    event = sample("StayConfirmed")
    assert event.recorded_at is not None

    assert ev.same_content(event, replace(event, recorded_at=None))
    assert not ev.same_content(event, replace(event, recorded_at=event.recorded_at + timedelta(microseconds=1)))
    assert ev.content(event) == ev.content(replace(event, recorded_at=None))


def test_an_amendment_is_compared_in_normal_form() -> None:
    given_now = sample("FactAmended")
    stored = ev.decode(ev.encode(ev.normalised(given_now, "SurgeryPerformed")))

    assert stored.root == "SurgeryPerformed"
    assert isinstance(stored.data, ev.FactAmended)
    assert stored.data.data["performed_on"] == "2023-08-03"
    assert ev.same_content(stored, given_now)
    assert not ev.same_content(
        stored, replace(given_now, data=given_now.data.model_copy(update={"data": {"name": "x"}}))
    )


def test_only_amendments_are_normalised() -> None:
    assert ev.normalised(EVENTS[0], "SurgeryPerformed") is EVENTS[0]


def test_an_amendment_that_does_not_fit_its_root_is_refused_by_its_path() -> None:
    with pytest.raises(Refused) as caught:
        ev.amended(
            "PropertyLost",
            {"loss_id": "l", "occurred_on": "2023-01-01", "cover": "belongings", "cause": "theft", "items": [{}]},
        )

    assert caught.value.field == "data.data.items[0].kind"

"""More than a thousand lines that the door must refuse, each with the field that the refusal must name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger import events as ev
from ledger.events.explain import allowed_of

SAMPLES: dict[str, dict[str, Any]] = {}
for _text in (Path(__file__).parent / "event_samples" / "every_type.jsonl").read_text(encoding="utf-8").splitlines():
    SAMPLES.setdefault(json.loads(_text)["type"], json.loads(_text))

GOOD = json.dumps(SAMPLES["StayConfirmed"], ensure_ascii=False).encode()
MIB = 1 << 20

Bad = tuple[str, bytes, str | None]
"""A name, the bytes of a line, and the field that the refusal must name (None: the whole object)."""


def with_literal(type_: str, path: str, literal: str) -> bytes:
    """The full sample of a type with the JSON text of one value replaced, or a field added."""
    line = json.loads(json.dumps(SAMPLES[type_]))
    holder: Any = line
    *parts, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for part in parts:
        holder = holder[part]
    holder[last] = "@@"
    return json.dumps(line, ensure_ascii=False).replace('"@@"', literal).encode(errors="surrogatepass")


def without(type_: str, path: str) -> bytes:
    """The full sample of a type without one field."""
    line = json.loads(json.dumps(SAMPLES[type_]))
    holder = line
    *parts, last = path.split(".")
    for part in parts:
        holder = holder[part]
    del holder[last]
    return json.dumps(line, ensure_ascii=False).encode()


def shown_path(path: str) -> str:
    """`data.items.0.kind` as messages write it."""
    return "".join(f"[{p}]" if p.isdigit() else f".{p}" for p in path.split(".")).lstrip(".")


# ---- the bad inputs -------------------------------------------------------------------------------------------------

DAYS = r"""
"" "2023-02-29" "2023-02-30" "2023-13-01" "2023-00-10" "2023-04-31" "2023-08-00" "1899-12-31" "2201-01-01" "0001-01-01"
"9999-12-31" "2023-8-1" "20230801" "2023/08/01" "01-08-2023" "2023-08-01T00:00:00" "2023-08-01T00:00:00+09:00" "2023-213"
" 2023-08-01" "2023-08-01 " "1699920000" 1699920000 20230801 true null [] {} "today" "R1-04-30" "H31-05-01" "S64-01-08"
"T15-12-25" "M45-07-30" "令和元年4月30日" "昭和64年1月8日" "R5-02-29" "R0-08-01" "X5-08-01" "M32-12-31" "令和五年八月一日"
"2023年8月1日" "-2023-08-01" "+2023-08-01" "2023-08-01\n" "２０２３年８月１日" "2023-08" "令和5年" NaN 2023.08 "2023-W31-2"
"""
YEN = r"""
1000.0 1e3 1E3 1.5 "1000" "１０００" 0.1 -1 -0.0 1000000000001 9007199254740992 18446744073709551616 1e400 NaN Infinity
-Infinity true false null [1000] {"yen":1000} "" "1,000" 0.30000000000000004
"""
MONTHS = r"""
"2023-13" "2023-00" "2023-1" "1899-12" "2201-01" "2023-08-01" "202308" "2023/08" 202308 null "" "R5-08" "令和5年8月"
"""
IDS = r"""
"" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" 1 null true [] {} "a\u0000b" "\ud800" "\udfff\ud800" 1.5
"""
FEW_IDS = '"" 1 null'
TEXTS = r"""1 false [] {} "a\u0000" "\udc00" 0.5""" + f' "{"x" * 4097}" "{"あ" * 1366}"'
NEEDED_TEXTS = TEXTS + ' "" null'
FLAGS = '"true" 1 0 null "yes" [] 1.0'
UUIDS = """
"" "x" "0f9c1b2a3d4e4f5a8b6c7d8e9f0a1b2c" "{0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c}" 1 null "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2g"
"urn:uuid:0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c" "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c "
"""
INSTANTS = """
"2023-08-20T10:00:00" "2023-08-20" "2023-08-20T10:00:00.1234567+09:00" "2023-08-20T10:00:00+0900" "2023-08-20T10:00:00+9:00"
"2023-08-20 10:00:00+09:00" "20230820T100000+09:00" "2023-08-20T25:00:00+09:00" "2023-08-20T10:60:00+09:00"
"2023-08-20T10:00:60+09:00" "2023-02-30T10:00:00+09:00" "1899-12-31T10:00:00+09:00" "2201-01-01T00:00:00Z" ""
"0001-01-01T00:00:00+14:00" "2023-08-20T10:00:00 JST" "2023-08-20T10:00:00z" "2023-08-20T10:00:00+25:00" "now" null [] NaN
"2023-08-20T10:00:00,5+09:00" "2023-08-20T10+09:00" 1692493200 "2023-08-20T10:00:00.+09:00" "2023-08-20T10:00:00Z "
"2023-08-20T10:00:00ZZ"
"""
POLICY_IDS = f'"{"x" * 65}"' + r""" "" "T 1" "T/1" "保険" "Ｔ-1" "T-1\n" 1 null "a\u0000" "\ud83d" "é" """
TYPES = r"""
"" "hospitaladmitted" "HospitalAdmited" "Assessed" "Fact" "Event" "Insured" 1 null ["StayConfirmed"] " StayConfirmed" "\ud800"
"""
SCHEMAS = '0 2 -1 "1" 1.0 true null [] 1e0 99999999999999999999'
PLANS = {
    "null": "",
    "[]": "",
    '"A"': "",
    "1": "",
    '{"units":1.5}': ".units",
    '{"units":1e0}': ".units",
    '{"a":9007199254740992}': ".a",
    '{"a":"b\\u0000"}': ".a",
    '{"項":1}': "",
    '{"a":NaN}': ".a",
    '{"a":[{"b":0.5}]}': ".a[0].b",
    '{"a":"' + "x" * 4097 + '"}': ".a",
    '{"a":' + "9" * 60 + "}": ".a",
}
"""Plans outside the domain of canonical bytes, and the place inside that the message names."""

FIELDS = [
    ("HospitalAdmitted", "data.admitted_on", DAYS),
    ("BenefitPaid", "data.amount", YEN),
    ("HospitalChargesIncurred", "data.month", MONTHS),
    ("PremiumPaid", "data.due_months.1", MONTHS),
    ("DisabilityFixed", "data.disabilities.1.grade", '0 15 -1 1.0 "1" true null 1e0 14.0'),
    ("StayConfirmed", "data.stay_id", IDS),
    ("ConditionRecorded", "data.caused_by.0", FEW_IDS),
    ("SurgeryPerformed", "data.name", NEEDED_TEXTS),
    ("CareCostIncurred", "data.provider", TEXTS),
    ("WorkIncomeReported", "data.totally_unable", FLAGS),
    ("HospitalDischarged", "data.alive", FLAGS),
    ("FactRetracted", "data.target", UUIDS),
    ("ClaimFiled", "data.facts.0", UUIDS),
    ("PolicyIssued", "data.insured.birth_date", '"1899-12-31" 1970 "S45-5-5"'),
    ("PolicyIssued", "data.insured", 'null [] "p1"'),
    ("PolicyIssued", "data.facilities", '"博多" {} 1'),
    ("PolicyIssued", "data.facilities.1", '"" 1 null'),
    ("PropertyLost", "data.items", '[] {} null "x"'),
    ("PropertyLost", "data.items.1", "null [] 1"),
    ("PropertyLost", "data.items.0.repair_cost", '1.0 -1 "1"'),
    ("AdvancedCareReceived", "data.lodging.0.nights", "-1 1.0 10000"),
    ("HospitalChargesIncurred", "data.room_days", "32 -1 true"),
    ("HoleInOneAchieved", "data.costs", "[] null 100000"),
    ("StayConfirmed", "event_id", UUIDS),
    ("StayConfirmed", "policy_id", POLICY_IDS),
    ("StayConfirmed", "type", TYPES),
    ("StayConfirmed", "schema", SCHEMAS),
    ("StayConfirmed", "recorded_at", INSTANTS),
    ("StayConfirmed", "data", 'null [] "x" 1'),
    ("StayConfirmed", "evidence", "1 {} true"),
    ("StayConfirmed", "evidence.1", NEEDED_TEXTS),
    ("StayConfirmed", "actor", TEXTS),
    ("StayConfirmed", "note", TEXTS),
]
"""Bad values, as JSON texts, for a field of each kind."""


def literals(table: str) -> Iterator[str]:
    """The JSON texts of a table, which may hold spaces inside quotes."""
    decoder = json.JSONDecoder(parse_float=str)
    at = 0
    while at < len(table):
        if table[at].isspace():
            at += 1
            continue
        _, end = decoder.raw_decode(table, at)
        yield table[at:end]
        at = end


def values() -> Iterator[Bad]:
    """One bad value in a field of each kind."""
    for type_, path, table in FIELDS:
        for literal in literals(table):
            yield f"{type_} {path} {literal[:30]}", with_literal(type_, path, literal), shown_path(path)


def plans() -> Iterator[Bad]:
    """A bad plan, and a bad amendment."""
    for literal, inside in PLANS.items():
        for type_, path in (("CoverageChanged", "data.plan"), ("FactAmended", "data.data")):
            yield f"{type_} {literal[:30]}", with_literal(type_, path, literal), path + inside


def codes() -> Iterator[Bad]:
    """A code outside each closed list."""
    for type_, cls in ev.EVENT_TYPES.items():
        for name, field in cls.model_fields.items():
            if type(allowed_of(field.annotation, field.metadata)) is tuple:
                for literal in ('"none_of_these"', "1"):
                    yield f"{type_}.{name} {literal}", with_literal(type_, f"data.{name}", literal), f"data.{name}"
    for path in ("data.items.0.kind", "data.items.1.kind"):
        yield path, with_literal("PropertyLost", path, '"Ordinary"'), shown_path(path)


def left_out() -> Iterator[Bad]:
    """Each required field left out."""
    for type_, cls in ev.EVENT_TYPES.items():
        for name, field in cls.model_fields.items():
            if field.is_required():
                wire = field.alias or name
                yield f"{type_} without {wire}", without(type_, f"data.{wire}"), f"data.{wire}"
    for name in ("event_id", "policy_id", "type", "recorded_at", "data"):
        yield f"without {name}", without("StayConfirmed", name), name
    for path in ("data.insured.person_id", "data.parent.birth_date", "data.policyholder.person_id"):
        yield f"without {path}", without("PolicyIssued", path), path
    yield "without tree", without("HoleInOneAchieved", "data.costs.tree"), "data.costs.tree"
    yield "serious without a reason", without("PolicyRescinded", "data.reason_arose_on"), "data.reason_arose_on"


def unknown() -> Iterator[Bad]:
    """A field that the vocabulary does not have, at each level."""
    for type_ in ev.EVENT_TYPES:
        yield f"{type_} unknown", with_literal(type_, "data.remark", '"x"'), "data.remark"
    for name in ("polcy_id", "Type", "recordedAt", "root", "personal", "項目", "", "data.x", "schema_"):
        bad = json.dumps(SAMPLES["StayConfirmed"] | {name: 1}, ensure_ascii=False).encode()
        yield f"envelope {name}", bad, name
    for type_, path in (
        ("PolicyIssued", "data.insured.name"),
        ("PolicyIssued", "data.parent.sex"),
        ("PropertyLost", "data.items.1.value"),
        ("DisabilityFixed", "data.existing.0.side"),
        ("HoleInOneAchieved", "data.costs.drinks"),
        ("ClaimObstructed", "data.from_"),
        ("AnticancerTreated", "data.from_"),
        ("FactAmended", "data.root"),
    ):
        yield path, with_literal(type_, path, "1"), shown_path(path)


def spans() -> Iterator[Bad]:
    """An end before its start; a period that is empty."""
    for type_, field, start in (
        ("PolicyIssued", "period_end", "period_start"),
        ("PolicyRenewed", "period_end", "period_start"),
        ("ImmobilisationWorn", "to", "from"),
        ("AnticancerTreated", "to", "from"),
        ("ClaimObstructed", "to", "from"),
        ("CareCertified", "valid_to", "valid_from"),
    ):
        yield f"{type_} end", with_literal(type_, f"data.{field}", '"1999-12-31"'), f"data.{field}"
        if start == "period_start":
            same = json.dumps(SAMPLES[type_]["data"][start])
            yield f"{type_} empty", with_literal(type_, f"data.{field}", same), f"data.{field}"



def nested(levels: int) -> bytes:
    """A plan that makes the whole object so many levels deep: the object, data, the plan, and lists inside it."""
    inner = levels - 3
    return with_literal("CoverageChanged", "data.plan", '{"a":' + "[" * inner + "]" * inner + "}")


def raw() -> Iterator[Bad]:
    """Bytes that are no object, or not one that can be trusted."""
    id_, stay = b'"event_id"', b'"stay_id": "s1"'
    assert id_ in GOOD
    assert stay in GOOD
    for name, field, bad in (
        ("broken byte in a value", "data.stay_id", GOOD.replace(stay, b'"stay_id": "s\xff"')),
        ("overlong UTF-8", "data.stay_id", GOOD.replace(stay, b'"stay_id": "\xc0\xaf"')),
        ("surrogate in UTF-8", "data.stay_id", GOOD.replace(stay, b'"stay_id": "\xed\xa0\x80"')),
        ("cut UTF-8", "data.stay_id", GOOD.replace(stay, b'"stay_id": "\xe3\x81"')),
        ("Shift_JIS", "note", GOOD.replace("電話で確認".encode(), "電話で確認".encode("cp932"))),
        ("broken byte outside texts", None, GOOD + b"\xff"),
        ("UTF-16", None, GOOD.decode().encode("utf-16-le")),
        ("BOM in the middle of the file", None, b"\xef\xbb\xbf" + GOOD),
        ("twice in the envelope", "policy_id", GOOD.replace(id_, b'"policy_id": "T-0001", "event_id"')),
        ("twice in data", "data.stay_id", GOOD.replace(stay, stay + b", " + stay)),
        (
            "twice with a space before the colon",
            "data.stay_id",
            GOOD.replace(stay, b'"stay_id" : "s1", "stay_id": "s2"'),
        ),
        ("twice, once escaped", "data.stay_id", GOOD.replace(stay, stay + b', "\\u0073tay_id": "s2"')),
        (
            "twice, and a text like a key",
            "data.stay_id",
            GOOD.replace(stay, b'"stay_id" : "\\":", "stay_id": "s2"'),
        ),
        ("twice in a plan", "data.plan.a.b", with_literal("CoverageChanged", "data.plan", '{"a":{"b":1,"b":1}}')),
        (
            "twice in a list",
            "data.items[0].kind",
            with_literal("PropertyLost", "data.items.0", '{"kind":"ordinary","kind":"ordinary"}'),
        ),
        ("twice unknown", "x", b'{"x":1,"x":2}'),
        ("U+0000 in a key", "data.\0", GOOD.replace(stay, stay + b', "\\u0000": 1')),
        ("surrogate in a key", "data.\ud800", GOOD.replace(stay, stay + b', "\\ud800": 1')),
        ("raw U+0000 in a text", None, GOOD.replace(stay, b'"stay_id": "s\x00"')),
        ("raw tab in a text", None, GOOD.replace(stay, b'"stay_id": "s\t"')),
        ("33 levels", None, nested(33)),
        ("500,000 levels of lists", None, b"[" * 500_000),
        ("100,000 levels of objects", None, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        ("deep in an unknown field", None, b'{"x":' + b"[" * 40 + b"]" * 40 + b"}"),
        ("over 1 MiB", None, GOOD + b" " * MIB),
        ("over 1 MiB of blanks", None, b" " * (MIB + 1)),
        ("one text over 1 MiB", None, b'{"note":"' + b"x" * MIB + b'"}'),
        ("number of 400,000 digits", "data.stay_id", GOOD.replace(b'"s1"', b"9" * 400_000)),
        ("number of 400,000 negative digits", "data.stay_id", GOOD.replace(b'"s1"', b"-" + b"9" * 400_000)),
        ("exponent of 400,000 digits", "data.stay_id", GOOD.replace(b'"s1"', b"1e" + b"9" * 400_000)),
        ("500,000 escaped quotes", None, b'"' + b'\\"' * 500_000),
        ("a million backslashes", None, b"\\" * 1_000_000),
        ("a list", None, b"[" + GOOD + b"]"),
        ("an empty list", None, b"[]"),
        ("a text", None, b'"x"'),
        ("a number", None, b"1"),
        ("null", None, b"null"),
        ("NaN", None, b"NaN"),
        ("not JSON", None, b"policy_id,type"),
        ("single quotes", None, GOOD.replace(b'"', b"'")),
        ("a comment", None, GOOD + b" // x"),
        ("a trailing comma", None, GOOD[:-1] + b",}"),
        ("cut off", None, GOOD[:-1]),
        ("cut off in a text", None, GOOD[:-6]),
        ("two objects", None, GOOD + GOOD),
        ("a leading zero", None, GOOD.replace(b'"s1"', b"01")),
        ("a plus sign", None, GOOD.replace(b'"s1"', b"+1")),
        ("a hexadecimal number", None, GOOD.replace(b'"s1"', b"0x1")),
        ("a bad escape", None, GOOD.replace(b'"s1"', b'"\\x"')),
        ("a short escape", None, GOOD.replace(b'"s1"', b'"\\u12"')),
        ("a form feed between tokens", None, GOOD.replace(b": ", b":\x0c", 1)),
    ):
        yield name, bad, field


BAD: list[Bad] = [bad for table in (values, plans, codes, left_out, unknown, spans, raw) for bad in table()]

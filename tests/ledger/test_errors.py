"""What a refusal says."""

import pytest

from ledger.errors import MISSING, UNKNOWN_FIELD, Refused, Words, escaped, shown


def test_a_refusal_names_line_field_found_allowed_and_rule_in_both_languages() -> None:
    refused = Refused(
        "data.used_on", "2023-05-01", Words("2023-06-01 以後の日", "a day from 2023-06-01"), line=7, rule="OY-15"
    )

    assert refused.in_language("en") == (
        'line 7, data.used_on: found "2023-05-01"; allowed: a day from 2023-06-01 (rule OY-15).'
    )
    assert refused.in_language("ja") == (
        "7行目のdata.used_on：「2023-05-01」は受け付けられません（認められるもの：2023-06-01 以後の日、規則 OY-15）。"
    )
    assert str(refused) == refused.in_language("en")


def test_what_is_missing_is_said_to_be_missing() -> None:
    refused = Refused("policy_id", MISSING, ("a", "b"))

    assert refused.in_language("en") == "policy_id: found nothing; allowed: a, b."
    assert refused.in_language("ja") == "policy_idがありません（認められるもの：a、b）。"


def test_without_what_is_allowed_the_sentence_still_ends() -> None:
    assert Refused("x", 1).in_language("en") == "x: found 1, which is not accepted."
    assert Refused("x", 1).in_language("ja") == "x：1は受け付けられません。"
    assert Refused("x", 1, rule="CY-06").in_language("ja") == "x：1は受け付けられません（規則 CY-06）。"
    assert Refused(None, 1, line=2).in_language("en") == "line 2, the whole object: found 1, which is not accepted."


def test_the_place_is_filled_in_once() -> None:
    refused = Refused("x", 1, line=3).at(line=9, policy_id="P", event_id="e").at(policy_id="Q")

    assert (refused.line, refused.policy_id, refused.event_id) == (3, "P", "e")


def test_a_log_learns_the_place_and_not_the_value() -> None:
    refused = Refused("data.name", "山田太郎", Words("別", "other"), line=3, rule="KR-05")

    assert refused.without_values() == "refused: line 3, data.name, rule KR-05"
    assert "山田" not in repr(refused)
    assert Refused("data.items[0].山田", UNKNOWN_FIELD, line=3).without_values() == "refused: line 3, data.items[0].?"
    assert Refused("data.plan.山田.b", 1).without_values() == "refused: data.plan.?.b"
    assert Refused().without_values() == "refused: the whole object"


@pytest.mark.parametrize(
    ("found", "english"),
    [
        (None, "null"),
        (True, "true"),
        (1000, "1000"),
        (10**400, "an integer of too many digits"),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object of 1 fields"),
        ("a\u202eb\x1b[31m\n", '"a\\u202eb\\u001b[31m\\u000a"'),
        ("東京　都", '"東京　都"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_what_was_found_is_shown_on_one_clean_line(found: object, english: str) -> None:
    assert shown(found) == english


def test_what_was_found_is_cut_to_eighty_characters() -> None:
    assert escaped("あ" * 80) == "あ" * 80
    assert escaped("あ" * 81) == "あ" * 79 + "…"

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import load_yaml
from notifier.__main__ import main
from notifier.lint import lint
from notifier.rules import RULES
from notifier.sms import is_gsm, segments
from notifier.templates import DEFAULT_PATH, TemplateBook, TemplateError

BOOK = lint(DEFAULT_PATH)
RAW = load_yaml(DEFAULT_PATH)


def filed(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in raw["templates"] if t["id"] == "filed")
    return found


def drop_english(raw: dict[str, Any]) -> None:
    del filed(raw)["texts"]["en"]


def add_placeholder(raw: dict[str, Any]) -> None:
    filed(raw)["texts"]["hi"]["text"] += " {name}"


def forget_placeholder(raw: dict[str, Any]) -> None:
    filed(raw)["texts"]["en"]["text"] = "Received {tracking_number}"


def drop_dlt_id(raw: dict[str, Any]) -> None:
    del filed(raw)["texts"]["en"]["dlt_id"]


def repeat_dlt_id(raw: dict[str, Any]) -> None:
    filed(raw)["texts"]["en"]["dlt_id"] = filed(raw)["texts"]["hi"]["dlt_id"]


def write_a_novel(raw: dict[str, Any]) -> None:
    filed(raw)["texts"]["hi"]["text"] += "क" * 150


def drop_neutral(raw: dict[str, Any]) -> None:
    del filed(raw)["neutral"]


def name_the_service_in_neutral(raw: dict[str, Any]) -> None:
    raw["neutrals"]["received"]["hi"]["text"] += " {service}"


def format_a_placeholder(raw: dict[str, Any]) -> None:
    filed(raw)["texts"]["en"]["text"] += " {service!r}"


def send_behind_what_is_always_sent(raw: dict[str, Any]) -> None:
    raw["templates"][-1]["sent_on"] = [{"event": "ComplaintFiled", "to": "citizen", "when": {"lane": "emergency"}}]


def send_on_no_event(raw: dict[str, Any]) -> None:
    filed(raw)["sent_on"][0]["event"] = "ComplaintDreamt"


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (send_behind_what_is_always_sent, "as filed always is"),
        (send_on_no_event, "no event 'ComplaintDreamt'"),
        (drop_english, "texts/en"),
        (add_placeholder, "declared"),
        (forget_placeholder, "declared"),
        (drop_dlt_id, "dlt_id"),
        (repeat_dlt_id, "already that of"),
        (write_a_novel, "segments"),
        (drop_neutral, "neutral"),
        (name_the_service_in_neutral, "declared"),
        (format_a_placeholder, "plain name"),
    ],
)
def test_a_bad_template_file_is_refused_by_name(spoil: Callable[[dict[str, Any]], None], complaint: str) -> None:
    """Each rule of the template file is checked at load, and the error says which was broken."""
    raw = copy.deepcopy(RAW)
    spoil(raw)
    with pytest.raises(TemplateError, match=complaint):
        TemplateBook.parse(raw)


def test_the_lint_command_fails_on_a_file_that_lacks_what_an_event_asks_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m notifier lint FILE` names what is missing and exits 1; the shipped file passes."""
    text = DEFAULT_PATH.read_text().replace("id: assigned", "id: assignment")
    (tmp_path / "bad.yaml").write_text(text)
    assert main(["lint", str(tmp_path / "bad.yaml")]) == 1
    assert "assigned: the notifier sends it" in capsys.readouterr().err
    assert main(["lint"]) == 0


def test_a_file_of_production_s_own_brings_texts_and_no_triggers(tmp_path: Path) -> None:
    """Without `sent_on`, or with it as shipped, a file is right; what is sent on which event it can't change."""
    own = copy.deepcopy(RAW)
    for template in own["templates"]:
        template.pop("sent_on", None)
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf8")
    assert lint(tmp_path / "own.yaml").get("filed").texts == BOOK.get("filed").texts
    filed(own)["sent_on"] = [{"event": "ComplaintClosed", "to": "citizen"}]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf8")
    with pytest.raises(TemplateError, match="filed: the suite decides"):
        lint(tmp_path / "own.yaml")


def test_production_refuses_development_dlt_ids() -> None:
    """Ids of the development range would be blocked by every operator, so production does not start with them."""
    with pytest.raises(TemplateError, match="development range"):
        lint(DEFAULT_PATH, production=True)


def test_neutral_texts_reveal_nothing_to_a_stranger() -> None:
    """What arrives for a sensitive case names neither the police nor a station, a service or a certificate."""
    telling = ("पुलिस", "थाना", "शिकायत", "जाँच", "police", "station", "complaint", "inquiry", "certificate", "janseva")
    for wordings in BOOK.neutrals.values():
        for wording in (wordings.hi, wordings.en):
            assert not [phrase for phrase in telling if phrase in wording.text.lower()], wording.text


def test_each_rule_fills_exactly_its_templates_variables() -> None:
    """A message is rendered with the variables its template declares, no more and no fewer."""
    values = dict.fromkeys(RAW["variables"], "1")
    for rule in RULES.messages:
        template = BOOK.get(rule.template)
        assert template.audience == rule.audience
        for language in ("hi", "en"):
            exact = {name: values[name] for name in template.variables}
            assert BOOK.render(rule.template, language, exact).text
            with pytest.raises(TemplateError):
                BOOK.render(rule.template, language, exact | {"name": "Sita"})


def test_long_names_are_shortened_and_long_numbers_refused() -> None:
    """A station's name may be cut to fit what was registered; a tracking number never is."""
    values = {"tracking_number": "JS-26-7K3M-9QXD-4", "station": "S" * 60}
    assert "S" * 47 + "." in BOOK.render("assigned", "en", values).text
    with pytest.raises(TemplateError, match="longer"):
        BOOK.render("assigned", "en", values | {"tracking_number": "J" * 40})


@given(st.text(alphabet="abc €[]", max_size=400))
def test_segments_of_gsm_text_follow_the_operators_arithmetic(text: str) -> None:
    """160 septets in one SMS, 153 in each of several, and an extended character counts two."""
    units = sum(2 if c in "€[]" else 1 for c in text)
    assert is_gsm(text)
    assert segments(text) == (1 if units <= 160 else -(-units // 153))


@pytest.mark.parametrize(("length", "count"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_segments_of_hindi_are_those_of_ucs2(length: int, count: int) -> None:
    """One Devanagari letter makes the whole message UCS-2: 70 characters in one, 67 in each of several."""
    assert segments("क" * length) == count

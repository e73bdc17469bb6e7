"""Languages are data: no sentence in code or template, every text in Hindi and English, a third language is a file."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment
from prometheus_client import CollectorRegistry

from janseva_web import languages as module
from janseva_web.languages import Languages
from tests.texts.readable import CODE, DEVANAGARI, LATIN, PLACEHOLDER
from tests.texts.test_texts_spellings import faults, glossary, strangers

FOLDER = Path(module.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
SCRIPTS = sorted((FOLDER / "static").glob("*.js"))
CODE_FILES = sorted(FOLDER.rglob("*.py"))
LANGUAGES = Languages.load()
KEYS = {"hi": LANGUAGES.get("hi"), "en": LANGUAGES.get("en")}
# Names that are the same in every language.
NAMES = {"112", "QR", "(PDF)"}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
ATTRIBUTE = re.compile(r"\b[a-z-]+=\"[^\"]*\"")
READ_ALOUD = re.compile(r"\b(?:title|alt|placeholder|aria-label|content)=\"([^\"{]*[A-Za-z\u0900-\u097f]{2}[^\"{]*)\"")
# Not for a reader: how wide the page is.
UNREAD = {"width=device-width, initial-scale=1"}


def sentences_in(template: str) -> list[str]:
    """Letters of a template that stand outside tags and expressions, or in an attribute that is read out."""
    outside = ATTRIBUTE.sub("", TAG.sub(" ", JINJA.sub("", template)))
    found = [part.strip() for part in outside.splitlines() if re.search(r"[A-Za-z\u0600-\u06ff\u0900-\u097f]", part)]
    return [one for one in [*found, *READ_ALOUD.findall(template)] if one not in UNREAD and one not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_sentence_stands_in_a_template(path: Path) -> None:
    """What people read comes from the catalogue, or from a service."""
    assert [one for one in sentences_in(path.read_text("utf-8")) if not one.startswith("--")] == []


@pytest.mark.parametrize(
    "planted", ["<p>Hello</p>", '<img alt="A picture">', "{{ x }} नमस्ते", '<input placeholder="Name">']
)
def test_a_planted_sentence_is_found(planted: str) -> None:
    assert sentences_in(planted)


@pytest.mark.parametrize("path", CODE_FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_sentence_stands_in_the_code(path: Path) -> None:
    """No Devanagari or Arabic letter in any Python file."""
    assert not re.search(r"[\u0600-\u06ff\u0900-\u097f]", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_sentence_stands_in_a_script(path: Path) -> None:
    """Scripts take their texts from the page."""
    text = re.sub(r"/\*.*?\*/|//.*", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"[\u0600-\u06ff\u0900-\u097f]", text)
    assert not re.search(r"[\"'`][A-Z][a-z]+ [a-z]+", text)


def used_keys() -> set[str]:
    """Every key that a template or the code names in full."""
    named = re.compile(r"\b(?:t|text|plural)\(\s*\"([a-z0-9_.]*[a-z0-9_])\"")
    return {key for path in (*TEMPLATES, *CODE_FILES) for key in named.findall(path.read_text("utf-8"))}


def test_every_text_is_there_in_hindi_and_english() -> None:
    """And what the pages name is in the catalogue."""
    hindi, english = LANGUAGES.get("hi"), LANGUAGES.get("en")
    assert hindi
    assert english
    assert len(hindi.keys) > 60
    assert hindi.keys == english.keys
    assert sorted(key for key in used_keys() if not hindi.has(key)) == []


@pytest.mark.parametrize("key", sorted(LANGUAGES.get("hi").keys))  # type: ignore[union-attr]
def test_a_text_is_in_its_own_script(key: str) -> None:
    """Hindi in Devanagari, English in Latin letters, the same values in both, and no code of a machine."""
    hindi, english = LANGUAGES.get("hi"), LANGUAGES.get("en")
    assert hindi
    assert english
    hi, en = hindi.catalogue.gettext(key), english.catalogue.gettext(key)
    if hi == key:  # a text with a number in it
        hi, en = hindi.catalogue.ngettext(key, key, 2), english.catalogue.ngettext(key, key, 2)
    assert DEVANAGARI.search(PLACEHOLDER.sub("", hi)), hi
    assert not [one for one in LATIN.findall(PLACEHOLDER.sub("", hi)) if one != "JS"], hi
    assert not DEVANAGARI.search(en), en
    assert not CODE.search(PLACEHOLDER.sub("", f"{hi} {en}"))
    assert sorted(PLACEHOLDER.findall(hi)) == sorted(PLACEHOLDER.findall(en))


def test_the_pages_use_the_glossarys_terms() -> None:
    """As every text of the suite: one spelling, and for each term of the glossary its own Hindi."""
    hindi, english, terms = LANGUAGES.get("hi"), LANGUAGES.get("en"), glossary()
    assert hindi
    assert english
    pairs = [(hindi.catalogue.gettext(key), english.catalogue.gettext(key)) for key in sorted(hindi.keys)]
    assert [fault for hi, _ in pairs for fault in faults(hi)] == []
    assert [f"{term}: {en!r} / {hi!r}" for hi, en in pairs for term in strangers(hi, en, terms)] == []


def test_a_third_language_is_a_file(tmp_path: Path) -> None:
    """Right to left by its name; what it lacks is shown in Hindi, counted, and listed."""
    for name in ("hi", "en"):
        (tmp_path / f"{name}.po").write_bytes((FOLDER / "locale" / f"{name}.po").read_bytes())
    head = (tmp_path / "en.po").read_text("utf-8").partition("\n\n")[0].replace("Language: en", "Language: ur")
    (tmp_path / "ur.po").write_text(f'{head}\n\nmsgid "site.name"\nmsgstr "جن سیوا"\n', "utf-8")
    registry = CollectorRegistry()
    languages = Languages.load(registry, tmp_path)
    urdu = languages.choose("ur", None)
    assert (urdu.code, urdu.direction, urdu.own_name) == ("ur", "rtl", "اردو")
    assert urdu.text("site.name") == "جن سیوا"
    assert urdu.text("form.yes") == "हाँ"
    assert registry.get_sample_value("janseva_web_texts_missing_total", {"language": "ur"}) == 1
    assert ("ur", "form.yes") in [*languages.lacking()]


@pytest.mark.parametrize(
    ("chosen", "accepted", "shown"),
    [
        (None, None, "hi"),
        (None, "en-IN,en;q=0.9,hi;q=0.8", "hi"),
        ("en", "hi", "en"),
        ("xx", "", "hi"),
        (None, "," * 5_000, "hi"),
        ("../../etc", "\x00", "hi"),
    ],
)
def test_the_language_is_the_visitors_choice_else_hindi(chosen: str | None, accepted: str | None, shown: str) -> None:
    assert LANGUAGES.choose(chosen, accepted).code == shown


@pytest.mark.parametrize(
    ("seconds", "hindi", "english"),
    [
        (29 * 86_400 + 4 * 3_600 + 59, "29 दिन 4 घंटे", "29 days 4 hours"),
        (3_661, "1 घंटा 1 मिनट", "1 hour 1 minute"),
        (86_400, "1 दिन", "1 day"),
        (-61, "1 मिनट 1 सेकंड", "1 minute 1 second"),
        (0, "0 मिनट", "0 minutes"),
        (400 * 86_400, "400 दिन", "400 days"),
    ],
)
def test_a_span_of_time_is_written_in_its_two_largest_units(seconds: float, hindi: str, english: str) -> None:
    assert (KEYS["hi"].span(seconds), KEYS["en"].span(seconds)) == (hindi, english)  # type: ignore[union-attr]


def test_times_are_indias() -> None:
    """18:45 UTC is after midnight in India."""
    at = datetime(2026, 11, 29, 18, 45, tzinfo=UTC)
    assert KEYS["en"].moment(at) == "30 November 2026, 12:15 AM"  # type: ignore[union-attr]
    assert KEYS["hi"].moment(at).startswith("30 नवंबर 2026")  # type: ignore[union-attr]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_can_be_read(path: Path) -> None:
    """Jinja reads it, and the parsed source holds no `| safe`: nothing is let through unescaped."""
    source = path.read_text("utf-8")
    assert Environment(autoescape=True).parse(source)
    assert not re.search(r"\|\s*safe\b|autoescape false", source)


def test_the_code_marks_nothing_as_safe() -> None:
    """Markup is made by one module alone, of what we drew ourselves."""
    made = [
        str(path.relative_to(FOLDER))
        for path in CODE_FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name | ast.Attribute) and "Markup" in ast.unparse(node)
    ]
    assert set(made) <= {"tracking/qr.py", "desk/visits.py"}

"""The check of the papers sees each fault, the shipped ones have none, and each has its picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docs.papers.generate import README, SERVICE_README, files, outdated, picture_of
from PIL import Image

from certificate.__main__ import main
from certificate.kind_rules import catalogue_problems, kind_problems, problems
from certificate.kinds import PAPERS as FOLDER
from certificate.kinds import PaperError, Papers, read_common, read_kind
from certificate.samples import MARK, sample_page

from .certificate_fakes import KINDS, PAPERS

CATALOGUE = Path(__file__).resolve().parents[2] / "docs/catalogue/services.json"
LARGEST = 60_000
Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def without_limits(text: str) -> str:
    return re.sub(r"(?s)does_not_say:.*?sample", "does_not_say: []\nsample", text)


UNABLE = "statement:\n  - outcomes: [unable]\n    hi"
RESTING = "validity: none\nverification: [clear]"
# (file, what is changed, what the check says)
FAULTS: dict[str, tuple[str, Change, str]] = {
    "Hindi in Latin letters": ("character", swap('"पिता का नाम"', '"Pita"'), "is not in Devanagari"),
    "no English": ("character", swap("Father's name", " "), "is no English"),
    "Hindi for English": ("character", swap("Father's name", "पिता"), "is no English"),
    "a language is missing": ("character", swap(', en: "Certificate No."', ""), "number_label/en: Field required"),
    "a placeholder in one language": ("character", swap("{place} के माध्यम", "थाने के माध्यम"), "hi names"),
    "an unknown placeholder": ("tenant-acknowledgement", swap("{filed_on} को", "{then} को"), "there is no then"),
    "a placeholder with a format": ("character", swap("through {place}", "through {place!r}"), "is no plain name"),
    "a brace": ("character", swap("through {place}", "through {place"), "not a well-formed text"),
    "an end that the kind has not": ("lost-report", swap("{filed_on} at", "{valid_until} at"), "no valid_until here"),
    "a station at filing": ("lost-report", swap("names_station: false", "names_station: true"), "older than any"),
    "an unnamed station": ("lost-report", swap("  - district", "  - station"), "names no station"),
    "a value that is not there": ("character", swap("show: attributes.purpose", "show: purposes"), "no such value"),
    "a field the event has not": ("fir-registration", swap("event.year", "event.age"), "no such value"),
    "an undeclared fact": ("hand-over-memo", swap("show: facts.item", "show: facts.thing"), "no such value"),
    "a fact that no row shows": ("senior-citizen-card", swap("beat: optional", "beat: optional, x: optional"), "row"),
    "a row twice": ("character", swap("attributes.father_name", "attributes.purpose"), "stands twice"),
    "a label without labels": ("character", swap("as: date", "as: label"), "labels stand exactly"),
    "a time as text": ("character", swap("  - applied_on", "  - {show: filed_at, label: {hi: क, en: x}}"), "a date or"),
    "no common row of the name": ("character", swap("  - applied_on", "  - applied"), "no common row 'applied'"),
    "an unknown service": ("character", swap("[character-certificate]", "[charm]"), "no service 'charm'"),
    "an unknown event": ("character", swap("CertificateApproved", "CertificateDreamt"), "there is no event"),
    "an event that is not read": ("lost-report", swap("ComplaintFiled", "ComplaintClosed"), "is not read"),
    "nobody approves": ("character", swap("approved_by: [SP, SDPO, SHO, DIG, HQ]", ""), "names posts exactly"),
    "an unknown post": ("character", swap("[SP, SDPO", "[XX, SDPO"), "approved_by/0"),
    "an outcome without words": ("job-verification", swap("outcomes: [unable]", "outcomes: [clear]"), "of the outcome"),
    "one sentence for clear and adverse": (
        "tenant-verification",
        swap("outcomes: [unable, adverse]", "outcomes: [clear, adverse]"),
        "the same of a clear and of an adverse",
    ),
    "an outcome it does not rest on": ("character", swap("statement:\n  - hi", UNABLE), "does not rest"),
    "a verification at filing": ("lost-report", swap("validity: none", RESTING), "at filing"),
    "no outcome of a result": ("guard-verification", swap("verification: [clear, unable, adverse]", ""), "are missing"),
    "no validity": ("lost-report", swap("validity: none\n", ""), "validity: Field required"),
    "no limits": ("character", without_limits, "says nothing"),
    "a misspelt key": ("character", swap("source:", "sauce:"), "sauce: Extra inputs"),
    "a key twice": ("character", swap("prefix: CC", "prefix: CC\nprefix: CD"), "stands twice"),
    "another file's name": ("character", swap("kind: character", "kind: charm"), "not the file's name"),
    "a prefix that is misread": ("character", swap("prefix: CC", "prefix: CO"), "cannot be misread"),
    "another kind's prefix": ("character", swap("prefix: CC", "prefix: LR"), "too like that of"),
    "another kind's check character": ("character", swap("prefix: CC", "prefix: SD"), "too like that of"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_check_names_each_fault(tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 1 and says what is wrong in which file; unchanged it ends with 0."""
    name, change, expected = FAULTS[fault]
    file = tmp_path / f"{name}.yaml"
    file.write_text((FOLDER / f"{name}.yaml").read_text("utf-8"), "utf-8")
    assert main(["lint", str(file)]) == 0
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    assert main(["lint", str(file)]) == 1
    printed = capsys.readouterr().err
    assert expected in printed
    assert name in printed


def test_a_file_that_is_no_paper_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("- a\n", "{", "kind: [\n", ""):
        file = tmp_path / "odd.yaml"
        file.write_text(text)
        assert main(["lint", str(file)]) == 1
        assert "odd" in capsys.readouterr().err
    assert main(["lint", str(tmp_path / "absent.yaml")]) == 1


def test_the_service_does_not_start_with_a_faulty_paper(tmp_path: Path) -> None:
    """The folder is read whole: an empty one, or one with a broken file, is an error and not fewer papers."""
    with pytest.raises(PaperError, match="there is no paper"):
        Papers.load(tmp_path)
    (tmp_path / "character.yaml").write_text("kind: character\n")
    with pytest.raises(PaperError, match="character/prefix"):
        Papers.load(tmp_path)


def test_a_kind_is_added_by_one_file(tmp_path: Path) -> None:
    """A copy under another name and prefix is a kind of its own, and nothing else was touched."""
    text = (FOLDER / "missing-person-receipt.yaml").read_text("utf-8")
    file = tmp_path / "unknown-person-receipt.yaml"
    file.write_text(
        text.replace("kind: missing-person-receipt", "kind: unknown-person-receipt")
        .replace("prefix: MR", "prefix: WA")
        .replace("[missing-person]", "[unknown-person]")
    )
    added = read_kind(file, read_common())
    more = PAPERS.model_copy(update={"kinds": {**KINDS, added.kind: added}})
    assert list(kind_problems(added)) == []
    assert list(problems(more)) == []
    assert "unknown-person" in more.services - PAPERS.services


def test_papers_show_what_applications_ask_for() -> None:
    """Each attribute of a service that is in the catalogue is asked there, and each choice has its words."""
    assert list(problems(PAPERS)) == []
    assert list(catalogue_problems(PAPERS, CATALOGUE)) == []
    assert main(["lint", "--catalogue", str(CATALOGUE)]) == 0


def test_an_attribute_that_nobody_asks_for_is_found(tmp_path: Path) -> None:
    """Renamed in the catalogue, or with a choice more, the paper would lose a row or show a code."""
    text = CATALOGUE.read_text("utf-8")
    changed = tmp_path / "services.json"
    changed.write_text(
        text.replace('"father_name":', '"fathers_name":').replace('"employment",', '"employment", "pilgrimage",')
    )
    found = list(catalogue_problems(PAPERS, changed))
    assert any("attributes.father_name: no application" in one for one in found)
    assert any("no words for pilgrimage" in one for one in found)


def test_each_kind_has_its_picture() -> None:
    """Current, small, marked as a sample, and of no kind that is gone; the tables name them all."""
    assert [kind.kind for kind in outdated(PAPERS)] == []
    assert {path.stem for path in README.parent.glob("*.png")} == set(KINDS)
    for kind in KINDS.values():
        picture = picture_of(kind)
        assert 10_000 < picture.stat().st_size < LARGEST
        with Image.open(picture) as drawn:
            assert drawn.format == "PNG"
            assert drawn.width > 700
        assert sample_page(PAPERS, kind).sample == MARK
    for path, text in files(PAPERS).items():
        assert path.read_text("utf-8") == text
    assert f"| [{next(iter(KINDS))}](" in SERVICE_README.read_text("utf-8")

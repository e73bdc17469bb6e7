"""Numbers that help beside a case are data: in the catalogue, in the answer of a filing, and in the status."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from intake.catalogue import CatalogueError, load_catalogue
from intake.catalogue.loader import SHIPPED
from tests.intake.intake_rig import COMPLAINT, Rig

WANTED = {
    "theft": ["112"],
    "crime_against_women": ["112", "181", "15100", "14416"],
    "child_abuse": ["112", "1098", "15100", "14416"],
    "cyber_crime": ["112", "1930"],
    "fraud": ["112", "1930"],
    "railway": ["112", "139"],
    "land_dispute": ["112", "15100"],
}


@pytest.mark.parametrize("category", WANTED)
async def test_a_filing_names_the_numbers_of_its_category(intake: Rig, category: str) -> None:
    """In the answer and in the status, each to be dialled, in the three languages of the pages."""
    filed = await intake.filed(COMPLAINT | {"attributes": {"category": category, "accused": "x"}})
    receipt = filed["receipt_secret"]
    status = (await intake.get(f"/v1/complaints/{filed['tracking_number']}", X_Receipt=receipt)).json()
    for answer in (filed, status):
        assert [one["number"] for one in answer["helplines"]] == WANTED[category]
        assert all(one["action"] == f"tel:{one['number']}" for one in answer["helplines"])
        assert all(set(one["names"]) == {"hi", "en", "ur"} for one in answer["helplines"])


async def test_the_service_names_all_that_may_help(intake: Rig) -> None:
    """Before anything is filed, with how it is done."""
    listed = {one["code"]: numbers(one) for one in (await intake.get("/v1/services")).json()["items"]}
    assert all("112" in found for found in listed.values())
    assert {"181", "1098", "1930", "15100", "139", "14416"} <= listed["e-complaint"]
    assert "14567" in listed["senior-citizen-registration"]
    assert "1098" in listed["missing-person"]
    assert numbers((await intake.get("/v1/services/help-request")).json()) == {"112", "181", "14567"}


def numbers(service: dict[str, Any]) -> set[str]:
    return {one["number"] for one in service["helplines"]}


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("kind: elder", "kind: elderly"),
        ("category: railway", "accused: railway"),
        ("[e-fir]", "[e-firs]"),
        ('number: "139"', 'number: "+91 139"'),
    ],
    ids=str,
)
def test_a_number_named_for_what_is_not_there_is_refused(tmp_path: Path, find: str, put: str) -> None:
    """An unknown service or answer, or one that a case keeps sealed, does not pass the loader."""
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    bad = tmp_path / "helplines.yaml"
    text = bad.read_text(encoding="utf8")
    assert find in text
    bad.write_text(text.replace(find, put, 1), encoding="utf8")
    with pytest.raises(CatalogueError):
        load_catalogue(tmp_path)

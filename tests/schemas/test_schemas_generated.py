"""The committed JSON Schemas are those of the code."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from event_schemas import generate, policies

ROOT = Path(__file__).resolve().parents[2]


def test_committed_schemas_are_current() -> None:
    """`python -m event_schemas.generate` would change nothing, and no file is left over."""
    assert generate.stale_files() == []


def test_a_stale_a_missing_and_a_left_over_schema_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check names each of the three, and fails."""
    assert generate.main(["--out", str(tmp_path)]) == 0
    assert generate.main(["--out", str(tmp_path), "--check"]) == 0
    (tmp_path / "ComplaintFiled.v1.json").write_text("{}")
    (tmp_path / "SLATick.v1.json").unlink()
    (tmp_path / "PizzaOrdered.v1.json").write_text("{}")
    capsys.readouterr()
    assert generate.main(["--out", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().out.split() == [
        *("not", "current:", "ComplaintFiled.v1.json"),
        *("not", "current:", "PizzaOrdered.v1.json"),
        *("not", "current:", "SLATick.v1.json"),
    ]


@pytest.mark.parametrize("path", [policies.DEFAULT_PATH, ROOT / "deploy/local/policies.demo.yaml"], ids=str)
def test_the_schema_of_policy_files_accepts_the_files_there_are(path: Path) -> None:
    """An editor that checks a policy file by its schema accepts what the loader accepts, alone or in a list."""
    dated = yaml.safe_load(path.read_text(encoding="utf-8"))
    document = json.loads(json.dumps(dated, default=lambda day: day.isoformat()))
    check = Draft202012Validator(json.loads((generate.JSON_FOLDER / "data/policies.json").read_text(encoding="utf-8")))
    assert list(check.iter_errors(document)) == []
    assert list(check.iter_errors({"editions": [document]})) == []
    document["clocks"][0]["colour"] = "red"
    assert not check.is_valid(document)

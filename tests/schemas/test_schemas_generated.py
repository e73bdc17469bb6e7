"""The committed JSON Schemas are those of the code."""

from pathlib import Path

import pytest

from event_schemas import generate


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

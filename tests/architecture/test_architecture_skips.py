"""Where CI runs nothing is left out in silence."""

import pytest

from tests.conftest import pytest_runtest_makereport


@pytest.mark.parametrize(
    ("ci", "reason", "outcome"),
    [
        ("true", "node is not installed", "failed"),
        ("true", "/data/geo is not beside this checkout", "skipped"),
        ("", "node is not installed", "skipped"),
    ],
)
def test_a_skip_is_a_failure_in_ci(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, ci: str, reason: str, outcome: str
) -> None:
    """But for data that no checkout holds. Elsewhere whoever lacks a program goes on without it."""
    monkeypatch.setenv("CI", ci)
    call = pytest.CallInfo.from_call(lambda: pytest.skip(reason), "call")
    hook = pytest_runtest_makereport(request.node, call)
    next(hook)
    with pytest.raises(StopIteration) as done:
        hook.send(pytest.TestReport.from_item_and_call(request.node, call))
    assert done.value.value.outcome == outcome


def test_a_table_without_a_row_is_an_error(pytestconfig: pytest.Config) -> None:
    """Its test would be skipped, and nobody would see that it tests nothing."""
    assert pytestconfig.getini("empty_parameter_set_mark") == "fail_at_collect"

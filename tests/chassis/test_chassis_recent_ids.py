"""Ids are remembered for a while and then forgotten, however many there are."""

from chassis.outbox.recent import RecentIds


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_id_is_known_for_its_time_and_gone_after_twice_that() -> None:
    """Nothing is forgotten early, and nothing is kept for good."""
    time = _Time()
    recent = RecentIds(10.0, time)
    recent.add(["a"])
    time.now = 9.9
    recent.add(["b"])
    assert "a" in recent
    time.now = 19.8
    assert "b" in recent
    time.now = 29.9
    assert "a" not in recent
    assert "b" not in recent


def test_after_a_long_silence_nothing_is_known() -> None:
    """Ids of before the silence don't live on because nobody asked in between."""
    time = _Time()
    recent = RecentIds(10.0, time)
    recent.add(["a"])
    time.now = 25.0
    assert "a" not in recent

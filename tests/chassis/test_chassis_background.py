"""Background tasks: each ends in its own way, and a death does not pass unseen."""

from __future__ import annotations

import asyncio

from chassis.run import Background


async def test_background_tasks_are_stopped_in_their_own_way() -> None:
    """A task with a stop is asked, one without is cancelled; neither counts as a death."""
    asked, ended, deaths = asyncio.Event(), list[str](), list[str]()
    background = Background(on_death=lambda name, _error: deaths.append(name))

    async def polite() -> None:
        await asked.wait()
        ended.append("polite")

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    background.add("polite", polite, stop=asked.set)
    background.add("endless", endless)
    await background.start()
    await asyncio.sleep(0)
    await background.stop()
    assert sorted(ended) == ["endless", "polite"]
    assert deaths == []


async def test_a_death_is_reported_with_its_error() -> None:
    """The supervisor of the tasks learns which died and of what."""
    deaths: list[tuple[str, BaseException | None]] = []
    background = Background(on_death=lambda name, error: deaths.append((name, error)))

    async def broken() -> None:
        raise KeyError("x")

    background.add("broken", broken)
    await background.start()
    await asyncio.sleep(0.01)
    assert [(name, type(error)) for name, error in deaths] == [("broken", KeyError)]
    await background.stop()

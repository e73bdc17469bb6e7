"""Fixtures of intake's fast tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.intake.intake_rig import Rig, rig


@pytest_asyncio.fixture
async def intake() -> AsyncIterator[Rig]:
    """The API over stores in memory, at a clock that stands still."""
    async with rig() as made:
        yield made

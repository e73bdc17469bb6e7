"""What opens which tip, in memory; the protocol test holds it to the one in MongoDB."""


class MemoryTipStore:
    def __init__(self) -> None:
        self.opens: dict[str, str] = {}

    async def keep(self, opens: str, case_id: str) -> None:
        self.opens[opens] = case_id

    async def case_of(self, opens: str) -> str | None:
        return self.opens.get(opens)

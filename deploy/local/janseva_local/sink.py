"""What the local provider accepted: kept in memory for reading, appended to a journal that survives a restart."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError


class SinkMessage(BaseModel):
    """One accepted message. `meta` is the whole meta-data; template and language come from its group `janseva`."""

    model_config = ConfigDict(frozen=True)

    number: int
    message_id: str
    to: str
    channel: str
    sender: str
    text: str
    template: str
    language: str
    notification_id: str | None
    received_at: AwareDatetime
    meta: Mapping[str, Mapping[str, str]]


class Sink:
    """Append-only; newest first when read. A line cut short by a crash was never acknowledged and is dropped."""

    def __init__(self, journal: Path) -> None:
        journal.parent.mkdir(parents=True, exist_ok=True)
        self._messages: list[SinkMessage] = []
        self._by_receiver: defaultdict[str, list[SinkMessage]] = defaultdict(list)
        self._journal = journal.open("a+b")
        self._load()

    def append(
        self, *, to: str, sender: str, text: str, meta: Mapping[str, Mapping[str, str]], received_at: datetime
    ) -> SinkMessage:
        """Written to the journal before it counts as accepted."""
        ours = meta.get("janseva", {})
        number = len(self._messages) + 1
        message = SinkMessage(
            number=number,
            message_id=f"local-{number}",
            to=to,
            channel="sms",
            sender=sender,
            text=text,
            template=ours.get("template", ""),
            language=ours.get("language", ""),
            notification_id=ours.get("notification_id"),
            received_at=received_at,
            meta=meta,
        )
        self._journal.write(message.model_dump_json().encode() + b"\n")
        self._journal.flush()
        self._remember(message)
        return message

    def to(self, receiver: str) -> list[SinkMessage]:
        return self._by_receiver.get(receiver, [])[::-1]

    def page(self, *, before: int | None, limit: int) -> list[SinkMessage]:
        """The newest `limit` messages, or those before the message with number `before`."""
        end = len(self._messages) if before is None else max(0, min(before - 1, len(self._messages)))
        return self._messages[max(0, end - limit) : end][::-1]

    def __len__(self) -> int:
        return len(self._messages)

    def close(self) -> None:
        self._journal.close()

    def _load(self) -> None:
        good = 0
        self._journal.seek(0)
        for message, end in _complete_lines(self._journal.read()):
            self._remember(message)
            good = end
        self._journal.truncate(good)
        self._journal.seek(0, os.SEEK_END)

    def _remember(self, message: SinkMessage) -> None:
        self._messages.append(message)
        self._by_receiver[message.to].append(message)


def _complete_lines(content: bytes) -> Iterator[tuple[SinkMessage, int]]:
    position = 0
    for line in content.splitlines(keepends=True):
        position += len(line)
        if not line.endswith(b"\n"):
            return
        try:
            yield SinkMessage.model_validate_json(line), position
        except ValidationError as error:
            raise ValueError(
                f"the provider's journal is damaged before byte {position}: `make reset` starts a new one"
            ) from error

"""Reads another service's answer up to a bound, however long it goes on."""

import httpx


class AnswerTooLong(Exception):
    """The answer has more bytes than it may have."""


async def read_bounded(response: httpx.Response, most: int) -> bytes:
    """The body of a streamed answer, unpacked. AnswerTooLong as soon as it has more than `most` bytes."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > most:
            raise AnswerTooLong
    return bytes(content)

"""Forms with files that never touch a disk."""

from __future__ import annotations

from starlette.formparsers import MultiPartParser


class InMemoryForm(MultiPartParser):
    """Keeps what is sent in memory, whatever its size; the limits of the body are the middleware's."""

    spool_max_size = 2**31

    def close(self) -> None:
        """Files that the parser opened."""
        for file in self._files_to_close_on_error:
            file.close()

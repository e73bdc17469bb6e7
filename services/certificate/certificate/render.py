"""Turns a page into PDF bytes with typst, off the event loop; the same page always gives the same bytes."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import segno
import typst

from .letters import FAMILIES, fit_page, font_folders
from .page import Page

_FONTS = json.dumps(FAMILIES)


class Renderer:
    """Owns the typst compiler, its fonts on disk and one thread.

    Typst lets go of Python's lock while it typesets, so a thread is enough to keep the event loop free.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="janseva-fonts-")
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typst")
        folder = Path(self._folder.name)
        # Typst's own fonts would be fallbacks for letters that `letters` takes for missing.
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=font_folders(folder)
        )
        self._compiler = _compiler(folder, self._fonts)

    async def render(self, page: Page, *, created_at: datetime) -> bytes:
        """PDF bytes of `page`; `created_at` is written as its creation time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self.render_now, page, created_at)

    def render_now(self, page: Page, created_at: datetime) -> bytes:
        pdf = self._compiler.compile(format="pdf", **_inputs(page, created_at))
        if not isinstance(pdf, bytes):
            raise TypeError(f"typst returned {type(pdf).__name__}, not the bytes of one PDF")
        return pdf

    def picture_now(self, page: Page, created_at: datetime, *, ppi: float) -> bytes:
        """A PNG of a page; of its first one, if there are more."""
        pictures = self._compiler.compile(format="png", ppi=ppi, **_inputs(page, created_at))
        first = pictures[0] if isinstance(pictures, list) else pictures
        if not isinstance(first, bytes):
            raise TypeError(f"typst returned {type(first).__name__}, not the bytes of a PNG")
        return first

    @property
    def families(self) -> list[str]:
        """The font families that the typesetter found."""
        return self._fonts.families()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()


def _inputs(page: Page, created_at: datetime) -> dict[str, Any]:
    return {
        "sys_inputs": {"page": fit_page(page).model_dump_json(by_alias=True), "fonts": _FONTS},
        "timestamp": int(created_at.timestamp()),
    }


def qr_svg(url: str) -> str:
    """An SVG of the QR code for `url`; level M still reads with 15 % of it damaged."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, dark="#14213d")
    return out.getvalue().decode()


def _compiler(folder: Path, fonts: typst.Fonts) -> typst.Compiler:
    template = folder / "page.typ"
    template.write_bytes(files("certificate").joinpath("page.typ").read_bytes())
    return typst.Compiler(input=template, root=folder, font_paths=fonts)

"""The verification page's own Hindi letters, for computers that have none installed."""

from __future__ import annotations

import gzip
from functools import cache

import pymupdf_fonts


@cache
def firago_gzipped() -> bytes:
    """FiraGO as a gzip-encoded TrueType file; the same bytes each time."""
    return gzip.compress(pymupdf_fonts.myfont("figo"), mtime=0)

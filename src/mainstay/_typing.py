"""What the standard library has since Python 3.12."""

from __future__ import annotations

import sys

__all__ = ["TypedDict"]

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # pydantic, and so FastAPI, refuses the one that typing has before
    from typing_extensions import TypedDict

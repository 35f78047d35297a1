"""A ``TypedDict`` that web frameworks can describe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

__all__ = ["TypedDict"]

if sys.version_info >= (3, 12) or TYPE_CHECKING:  # pragma: no cover  (from Python 3.12 on)
    from typing import TypedDict
else:  # pragma: no cover  (before Python 3.12)
    try:  # pydantic, and so FastAPI, brings this one, and refuses the older typing's
        from typing_extensions import TypedDict
    except ImportError:  # then nobody is there to refuse it
        from typing import TypedDict

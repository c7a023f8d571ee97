"""Pages of lists. A cursor is where the last page ended, so rows that come and go meanwhile shift nothing."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from gateway.problems import ApiProblem
from gateway.schemas.common import Cursor

PageSize = Annotated[int, Query(alias="limit", ge=1, le=100, description="Items a page.")]
PageCursor = Annotated[Cursor | None, Query(alias="cursor", description="`next_cursor` of the page before.")]
Position = tuple[datetime, UUID]


def cursor_after(created_at: datetime, id: UUID) -> str:
    """The cursor of the page after the row with these values."""
    return base64.urlsafe_b64encode(f"{created_at.isoformat()}|{id}".encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> Position | None:
    """Where a cursor points; 422 for one that was not made here."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, id = base64.urlsafe_b64decode(padded).decode().partition("|")
        position = datetime.fromisoformat(moment), UUID(id)
    except (ValueError, binascii.Error):
        position = None
    if position is None or position[0].tzinfo is None:
        raise ApiProblem(422, "Invalid cursor", "cursor: take next_cursor of the page before, unchanged.")
    return position

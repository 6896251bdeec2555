"""Rows of slots: windows of vans and days of pickup points, with what is taken in them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from notifications.columns import UtcDateTime
from notifications.tables import RowId, metadata

slot = Table(
    "slot",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("service", String(40), nullable=False),
    # A zone of vans, or the id of a pickup point.
    Column("zone", String(40), nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    # The slots this one lies within, widest first. A place taken here is taken in each of
    # them too, so a full 4 h window has no free hour inside. [] for the widest.
    Column("within", JSON, nullable=False),
    # Places as the newest catalogue has them; 0 where nobody new gets in.
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default="0"),
    # Taken beyond the capacity when a newer catalogue lowered it: nobody is thrown out.
    Column("over", Integer, nullable=False, server_default="0"),
    # Load units, as places; null where nothing limits them.
    Column("load_capacity", Integer),
    Column("load_taken", Integer, nullable=False, server_default="0"),
    Column("load_over", Integer, nullable=False, server_default="0"),
    # 0; -1 while the catalogue does not have this window; or the greatest id there was when
    # another row took its stead, because the window lies within others now.
    Column("retired", RowId, nullable=False, server_default="0"),
    # Few places (FEW_PLACES), or less than a quarter of the load left: those that a quote looks
    # at. Kept by the database, so that a place taken where there are many touches no index.
    Column("scarce", Boolean, Computed(
        "retired = 0 AND (capacity - taken <= 3"
        " OR coalesce(load_taken * 4 > load_capacity * 3, false))",
        persisted=True,
    )),
    CheckConstraint("taken >= 0 AND taken <= capacity + over", name="not_oversold"),
    CheckConstraint(
        "load_taken >= 0 AND (load_capacity IS NULL OR load_taken <= load_capacity + load_over)",
        name="not_overloaded",
    ),
    CheckConstraint("start_at < end_at", name="forward"),
    UniqueConstraint("service", "zone", "start_at", "end_at", "retired"),
)  # fmt: skip
Index(
    "ix_slot_scarce",
    slot.c.zone,
    slot.c.start_at,
    postgresql_where=slot.c.scarce,
    sqlite_where=slot.c.scarce,
)
Index(
    "ix_slot_load",
    slot.c.zone,
    slot.c.start_at,
    slot.c.load_capacity,
    postgresql_where=slot.c.load_capacity.is_not(None),
    sqlite_where=slot.c.load_capacity.is_not(None),
)
Index(
    "ix_slot_gone",
    slot.c.zone,
    slot.c.start_at,
    postgresql_where=slot.c.retired != 0,
    sqlite_where=slot.c.retired != 0,
)

slot_plan = Table(
    "slot_plan",
    metadata,
    # What a service's slots of a day were last made like: the same again needs no look at them.
    Column("service", String(40), primary_key=True),
    # `2026-03-12`; empty for a service's points.
    Column("day", String(10), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

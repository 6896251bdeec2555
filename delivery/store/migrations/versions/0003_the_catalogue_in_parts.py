"""The catalogue in parts, each kept once"""

from __future__ import annotations

import tomllib
from typing import Any

import sqlalchemy as sa
from alembic import op

from delivery.store.catalogue.parts import Parts, digest_of, manifest_of, split

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CATALOGUE = sa.table(
    "catalogue",
    sa.column("version", sa.Integer()),
    sa.column("document", sa.Text()),
    sa.column("manifest", sa.JSON()),
    sa.column("digest", sa.String()),
)


def upgrade() -> None:
    part = op.create_table(
        "catalogue_part",
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_catalogue_part")),
    )
    op.add_column("catalogue", sa.Column("manifest", sa.JSON(), nullable=True))
    _carry_over(part)
    with op.batch_alter_table("catalogue") as catalogue:
        catalogue.alter_column("manifest", existing_type=sa.JSON(), nullable=False)
        catalogue.drop_column("document")


def _carry_over(part: sa.Table) -> None:
    """Documents become parts; versions, which quotes name, stay."""
    conn = op.get_bind()
    kept: set[str] = set()
    for row in conn.execute(sa.select(_CATALOGUE.c.version, _CATALOGUE.c.document)).all():
        parts = _parts(row.document)
        new = [each._asdict() for each in parts.values() if each.digest not in kept]
        kept.update(each["digest"] for each in new)
        if new:
            conn.execute(sa.insert(part), new)
        manifest = manifest_of(parts)
        conn.execute(
            sa.update(_CATALOGUE)
            .where(_CATALOGUE.c.version == row.version)
            .values(manifest=manifest, digest=digest_of(manifest))
        )


def _parts(document: str) -> Parts:
    raw = tomllib.loads(document)
    if raw["format"] == 1:
        raw["format"] = 2
        for service in raw["services"].values():
            service["price"] = _price(service["price"])
    return split(raw)


def _price(old: dict[str, Any]) -> dict[str, Any]:
    """What a width and an evening added, now said as surcharges."""
    new: dict[str, Any] = {key: old[key] for key in ("base", "free_from") if key in old}
    surcharges: list[dict[str, Any]] = [
        {
            "code": f"minutes_{width}",
            "name": {"en": f"{width} minutes", "fi": f"{width} minuuttia"},
            "amount": amount - old["base"],
            "widths": [int(width)],
        }
        for width, amount in old.get("by_width", {}).items()
        if amount != old["base"]
    ]
    if old.get("evening"):
        evening = {"en": "Evening", "fi": "Ilta"}
        surcharges.append(
            {"code": "evening", "name": evening, "amount": old["evening"],
             "from": old.get("evening_from", "00:00")}
        )  # fmt: skip
    return {**new, "surcharges": surcharges} if surcharges else new

"""What was learnt of a customer: forgotten when the shop says so."""

from __future__ import annotations

from fastapi import APIRouter, Response

from delivery.flows import learning
from delivery.web.deps import TheHouse
from delivery.web.keys import ShopKey
from delivery.web.shapes import PathId

router = APIRouter(prefix="/v1/customers", tags=["customers"])


@router.delete("/{customer_id}/habits", status_code=204)
def delete_habits(customer_id: PathId, house: TheHouse, _key: ShopKey) -> Response:
    """Forget what this customer chose and what was learnt from it; again is harmless.

    Quotes made before stay as they were answered. What is chosen later is learnt anew.
    """
    with house.database.write() as conn:
        learning.forget(conn, customer_id)
    return Response(status_code=204)

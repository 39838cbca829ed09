"""Rows read out of ISPBrain's answers by the provider's field map. What the map does not name (passwords) is never kept."""

from decimal import Decimal

from ispbot_contracts.settings import IspbrainConnectionFields, IspbrainFieldMap, IspbrainInvoiceFields
from ispbot_crm_adapter.adapters.ispbrain.paths import objects_at, scalar_at, scalars_at
from ispbot_crm_adapter.adapters.scalars import Amount, Day, Flag, Id, Reference, Row, Text, row_of


class PlanRow(Row):
    """A plan of ``/plans``: SEEN."""

    id: Id
    name: Text = ""
    price: Amount | None = None


class ConnectionRow(Row):
    """A connection."""

    id: Id
    plan_id: Reference
    plan: Text
    price: Amount | None
    enabled: Flag
    archived: Flag
    deleted: Flag
    online: Flag | None
    address: Text

    @property
    def exists(self) -> bool:
        """Tell whether it is still there."""
        return not self.archived and not self.deleted


class ListedRow(Row):
    """What it takes to recognise a customer."""

    id: Id
    code: Text
    phones: list[Text]
    document: Text


class CustomerRow(ListedRow):
    """A customer; ``balance`` and ``connections`` are None when the answer has none."""

    name: Text
    balance: Amount | None
    email: Text
    address: Text
    lat: Text
    lng: Text
    connections: list[ConnectionRow] | None


class InvoiceRow(Row):
    """A receipt; ``customer_id`` is empty when it does not say whose it is."""

    id: Id
    customer_id: Text
    number: Text
    total: Amount
    issued: Day
    due: Day
    type: Text
    void: Flag
    pdf: Text


class ChargeRow(Row):
    """Something still to be paid."""

    customer_id: Text
    total: Amount = Decimal(0)


def listed_row(raw: object, fields: IspbrainFieldMap) -> ListedRow:
    """Return who a customer is. Raises CrmBroken (``shape``)."""
    where = fields.customer
    return row_of(
        ListedRow,
        {
            "id": scalar_at(raw, where.id),
            "code": scalar_at(raw, where.code),
            "phones": scalars_at(raw, where.phones),
            "document": scalar_at(raw, where.document),
        },
    )


def customer_row(raw: object, fields: IspbrainFieldMap) -> CustomerRow:
    """Return a customer. Raises CrmBroken (``shape``)."""
    where = fields.customer
    connections = objects_at(raw, where.connections)
    own = {
        name: scalar_at(raw, getattr(where, name))
        for name in ("id", "code", "name", "balance", "document", "email", "address", "lat", "lng")
    }
    return row_of(
        CustomerRow,
        own
        | {
            "phones": scalars_at(raw, where.phones),
            "connections": None
            if connections is None
            else [_connection(one, fields.connection) for one in connections],
        },
    )


def invoice_row(raw: object, where: IspbrainInvoiceFields) -> InvoiceRow:
    """Return a receipt. Raises CrmBroken (``shape``)."""
    names = ("id", "customer_id", "number", "total", "issued", "due", "type", "void", "pdf")
    return row_of(InvoiceRow, {name: scalar_at(raw, getattr(where, name)) for name in names})


def charge_row(raw: object, where: IspbrainInvoiceFields) -> ChargeRow:
    """Return a charge; it says whose it is as receipts do. Raises CrmBroken (``shape``)."""
    return row_of(ChargeRow, {"customer_id": scalar_at(raw, where.customer_id), "total": scalar_at(raw, "total")})


def _connection(raw: object, where: IspbrainConnectionFields) -> dict[str, object]:
    names = ("id", "plan_id", "plan", "price", "enabled", "archived", "deleted", "online", "address")
    found = {name: scalar_at(raw, getattr(where, name)) for name in names}
    if found["enabled"] is None:  # a server that does not say it is not one that has switched it off
        found["enabled"] = True
    return found

"""The three management systems of the demo provider: how each is pointed at it and what it calls things."""

from pydantic import SecretStr

from ispbot_contracts.settings import (
    CrmSettings,
    CrmVendor,
    IspbrainEndpoints,
    IspbrainSettings,
    IspbrainWrite,
    IspcubeSettings,
    MikroWispSettings,
)


def _mikrowisp(isp, **changes):
    fields = {"url": isp.url, "token": SecretStr(isp.token)} | changes
    return CrmSettings(vendor=CrmVendor.MIKROWISP, mikrowisp=MikroWispSettings(**fields))


def _ispcube(isp, **changes):
    own = isp.credentials
    fields = {
        "url": isp.url, "username": own.username, "password": SecretStr(own.password), "api_key": SecretStr(own.api_key),
        "client_id": own.client_id,
    } | changes  # fmt: skip
    return CrmSettings(vendor=CrmVendor.ISPCUBE, ispcube=IspcubeSettings(**fields))


def _ispbrain(isp, **changes):
    own = isp.credentials
    fields = {"url": isp.url, "username": own.username, "password": SecretStr(own.password)} | changes
    return CrmSettings(vendor=CrmVendor.ISPBRAIN, ispbrain=IspbrainSettings(**fields))


SETTINGS_OF_VENDOR = {"mikrowisp": _mikrowisp, "ispcube": _ispcube, "ispbrain": _ispbrain}
"""How each vendor is pointed at the demo provider: a new adapter adds its line and inherits the whole suite."""
FIRST_ID = {"mikrowisp": 0, "ispcube": 2000, "ispbrain": 0}
"""What the system adds to a customer's number to make its id."""
COMMANDS = {
    "mikrowisp": {
        "find": "getclientsdetails", "list": "getallclients", "bills": "getinvoices", "file": "getinvoice",
        "promise": "promesapago", "case": "newticket", "cases": "listticket", "pay": "paidinvoice", "undo": "deletetransaccion",
        "link": "getpaymentlink",
    },
    "ispcube": {
        "find": "customer", "list": "customers/customers_list", "bills": "bills/bills_last_six_months",
        "file": "bills/bills_last_six_months",
        "promise": "customers/paycomm", "case": "ticket/new_ticket", "cases": "tickets",
        "pay": "cash/payment_save_paymethod", "undo": "cash/payment_delete_paymethod", "link": "mercadopago/button",
    },
    "ispbrain": {
        "find": "customers/id", "list": "customers", "bills": "comprobantes", "file": "comprobantes",
        "promise": "payment-commitments", "case": "tickets", "cases": "tickets", "pay": "payments",
    },
}  # fmt: skip
"""How each system calls what can be made to fail."""


WRITES_OF_VENDOR = {
    "mikrowisp": {"ticket_department": 1, "payment_gateway": "MercadoPago", "payment_method": "Transferencia bancaria"},
    "ispcube": {
        "ticket_category_id": 3, "ticket_status_id": 1, "ticket_assigned_user_id": 9, "payment_destiny_id": 4,
        "mercadopago_links": True,
    },
    "ispbrain": {
        "endpoints": IspbrainEndpoints(
            promise=IspbrainWrite(path="/payment-commitments", body={"customer_id": "{id}", "date": "{date}"}),
            payment=IspbrainWrite(
                path="/payments", body={"customer_id": "{id}", "amount": "{amount}", "reference": "{reference}"}
            ),
        )
    },
}  # fmt: skip
"""What each vendor's settings need so that everything can be written."""

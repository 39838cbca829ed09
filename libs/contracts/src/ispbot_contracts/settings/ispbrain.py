"""ISPBrain, whose API has no public description: what was never seen can be configured (decision 0012).

SEEN in a field's text: read in public clients of the API. GUESS: inferred; check it with "Detectar campos".
Endpoints are a path with its query under the API's address, ``{x}`` is filled in; an empty one turns what needs it off.
Fields are dotted paths into an answer: ``plan.name``; ``a|b`` is the first one with something in it.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from ispbot_contracts.settings.base import Part, Secret
from ispbot_contracts.settings.ispbrain_checks import (
    check_places,
    endpoint,
    field_path,
    header_name,
    path_to_token,
    texts_of,
)

FieldPath = Annotated[str, AfterValidator(field_path)]
"""Where a value stands in an answer; empty: nowhere."""
NeededPath = Annotated[str, Field(min_length=1), AfterValidator(field_path)]
Endpoint = Annotated[str, AfterValidator(endpoint)]
"""A path with its query under the API's address; empty: off."""
HeaderName = Annotated[str, AfterValidator(header_name)]


class IspbrainAuth(StrEnum):
    """How we show who we are."""

    LOGIN = "login"
    """SEEN: user and password for a token."""
    API_KEY = "api_key"
    """GUESS: a key that never changes."""


class IspbrainLogin(Part):
    """The login of ``IspbrainAuth.LOGIN``."""

    path: Annotated[str, Field(min_length=1), AfterValidator(endpoint)] = "/auth"
    """SEEN."""
    body: dict[str, str] = {"username": "{username}", "password": "{password}"}
    """SEEN. Sent as JSON."""
    token_path: Annotated[str, Field(min_length=1), AfterValidator(path_to_token)] = (
        "token_access|token|data.token_access|data.token"  # noqa: S105 - where it stands
    )
    """SEEN: ``token_access``, and ``token`` in an old client."""
    ttl_s: Annotated[int, Field(ge=60, le=86_400)] = 3000
    """SEEN: a client keeps it for 50 minutes; its life is not known."""

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        check_places("body", " ".join(self.body.values()), needed={"username", "password"})
        return self


class IspbrainPages(Part):
    """How lists are cut into pages: SEEN."""

    size_param: Annotated[str, Field(min_length=1)] = "page[size]"
    number_param: Annotated[str, Field(min_length=1)] = "page[number]"
    size: Annotated[int, Field(ge=1, le=500)] = 100
    """500 was seen to work."""
    list_path: FieldPath = "data"
    """Where the rows are; a bare list needs none."""
    total_pages_path: FieldPath = "meta.pagination.page_total"


class IspbrainWrite(Part):
    """A call that changes something. A value that is just one place (``"{id}"``) becomes a number when it is one."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Endpoint = ""
    body: dict[str, JsonValue] = {}

    def check(self, name: str, needed: set[str], allowed: set[str]) -> None:
        """Raise ValueError unless its places are the known ones; one that is off has none to check."""
        if self.path:
            check_places(name, " ".join((self.path, *texts_of(self.body))), needed=needed, allowed=allowed)


def _new_ticket() -> IspbrainWrite:
    body: dict[str, JsonValue] = {
        "title": "{title}",
        "description": "{text}",
        "ticket_category_id": "{category}",
        "ticket_status_id": 1,
        "customer_id": "{id}",
    }
    return IspbrainWrite(path="/tickets", body=body)


class IspbrainEndpoints(Part):
    """Where to ask for what."""

    by_phone: Endpoint = "/customers?filter[phone]={phone}"
    """GUESS. Empty, or a filter that the server ignores: the index (every 6 h) recognises phones."""
    by_document: Endpoint = "/customers?filter[document]={doc}"
    """GUESS."""
    by_code: Endpoint = "/customers/{code}"
    """SEEN, where the number people know is the id."""
    by_id: Annotated[str, Field(min_length=1), AfterValidator(endpoint)] = "/customers/{id}"
    """SEEN."""
    customers: Endpoint = "/customers"
    """GUESS as a list (SEEN with a number); the index (every 6 h) reads it page by page."""
    total: Endpoint = "/customers/total"
    """SEEN; what "Probar Conexión" asks."""
    plans: Endpoint = "/plans"
    """SEEN; gives prices."""
    invoices: Endpoint = "/comprobantes?filter[customer_id]={id}"
    """Path SEEN, filter GUESS."""
    pending: Endpoint = "/charges/pending?filter[customer_id]={id}"
    """Path SEEN, filter GUESS; what is owed when a customer's answer has no balance."""
    tickets: Endpoint = "/tickets?filter[customer_id]={id}&filter[deleted]=0"
    """Path SEEN, filter GUESS."""
    new_ticket: IspbrainWrite = Field(default_factory=_new_ticket)
    """GUESS after a draft of the vendor. Places: title, text, category, id, connection."""
    promise: IspbrainWrite = IspbrainWrite()
    """Not seen, off. Places: id, date, amount, invoice, note."""
    payment: IspbrainWrite = IspbrainWrite()
    """Not seen, off. Places: id, amount, date, reference, invoice, note."""

    @model_validator(mode="after")
    def _places_are_known(self) -> Self:
        check_places("by_phone", self.by_phone, needed={"phone"})
        check_places("by_document", self.by_document, needed={"doc"})
        check_places("by_code", self.by_code, needed={"code"})
        for name in ("by_id", "invoices", "pending", "tickets"):
            check_places(name, getattr(self, name), needed={"id"})
        for name in ("customers", "total", "plans"):
            check_places(name, getattr(self, name))
        self.new_ticket.check("new_ticket", {"id", "title"}, {"text", "category", "connection"})
        self.promise.check("promise", {"id", "date"}, {"amount", "invoice", "note"})
        self.payment.check("payment", {"id", "amount"}, {"date", "reference", "invoice", "note"})
        return self


class IspbrainCustomerFields(Part):
    """Where a customer's values stand."""

    id: NeededPath = "id"
    code: NeededPath = "id"
    """GUESS: the number people know."""
    name: NeededPath = "name|fantasy_name"
    """SEEN."""
    balance: FieldPath = "saldo"
    """SEEN; above zero is owed."""
    phones: FieldPath = "phone|cellphone|whatsapp"
    """GUESS. All of them are read, not only the first."""
    document: FieldPath = "document|dni|cuit"
    """GUESS."""
    email: FieldPath = "email"
    address: FieldPath = "address|direccion"
    lat: FieldPath = "lat|latitude"
    lng: FieldPath = "lng|longitude"
    """GUESS, as the address and the e-mail."""
    connections: FieldPath = "connections"
    """SEEN."""


class IspbrainConnectionFields(Part):
    """Where a connection's values stand, inside ``connections`` of a customer."""

    id: NeededPath = "id"
    plan_id: FieldPath = "plan.id|plan_id"
    """SEEN: ``plan.id``."""
    plan: FieldPath = "plan.name"
    """SEEN."""
    price: FieldPath = "plan.price"
    """GUESS; else the price of the list of plans."""
    enabled: FieldPath = "enabled"
    """SEEN."""
    archived: FieldPath = "archived"
    """SEEN."""
    deleted: FieldPath = "deleted"
    """SEEN."""
    online: FieldPath = ""
    """Not seen, off: a truthy value is online."""
    address: FieldPath = "address"
    """GUESS."""


class IspbrainInvoiceFields(Part):
    """Where a receipt's values stand."""

    id: NeededPath = "id"
    customer_id: NeededPath = "customer_id|customer.id"
    """GUESS. A receipt that does not say whose it is is shown to nobody."""
    number: FieldPath = "number|numero"
    """GUESS."""
    total: NeededPath = "total"
    """SEEN."""
    issued: FieldPath = "date|created"
    """GUESS."""
    due: FieldPath = "due_date|vencimiento"
    """GUESS."""
    type: FieldPath = "tipo_comp"
    """SEEN."""
    not_invoices: list[str] = ["XRX", "008"]
    """SEEN: receipt of a payment, credit note."""
    void: FieldPath = "cancelled|anulado|deleted"
    """GUESS: a truthy value is void."""
    pdf: FieldPath = "url|pdf"
    """GUESS: the file's address; empty turns invoice files off."""


class IspbrainFieldMap(Part):
    """Where the values stand in the answers."""

    customer: IspbrainCustomerFields = IspbrainCustomerFields()
    connection: IspbrainConnectionFields = IspbrainConnectionFields()
    invoice: IspbrainInvoiceFields = IspbrainInvoiceFields()


class IspbrainApi(Part):
    """An ISPBrain server without its secrets: what "Probar Conexión" and "Detectar campos" try before it is saved."""

    url: Annotated[str, Field(pattern=r"^(https?://)?[^\s/]+.*$")]
    """SEEN: ``https://SUB.ispbrain.io:4443``; ``/api/v2`` is added."""
    verify_tls: bool = True
    auth: IspbrainAuth = IspbrainAuth.LOGIN
    username: str = ""
    header: HeaderName = "Authorization"
    """SEEN; with a key also ``X-API-Key`` (GUESS)."""
    scheme: Annotated[str, Field(pattern=r"^[A-Za-z\-]*$")] = ""
    """What stands before the token in the header. SEEN: nothing; some APIs want ``Bearer``."""
    login: IspbrainLogin = IspbrainLogin()
    pages: IspbrainPages = IspbrainPages()
    endpoints: IspbrainEndpoints = Field(default_factory=IspbrainEndpoints)
    fields: IspbrainFieldMap = IspbrainFieldMap()
    ticket_category: str = "1"
    """The provider's own number of the category for new tickets. SEEN in one provider: 1 support, 2 fibre, 12 antenna."""
    fallback_index: bool = True
    """List all customers every 6 h and recognise phones and documents by that."""
    altwha_account: str = ""
    """SEEN: the account whose outgoing messages we send ("AltWha"); empty turns it off. Stop the vendor's own agent first."""


class IspbrainSettings(IspbrainApi):
    """An ISPBrain server with what opens it."""

    password: Secret | None = None
    api_key: Secret | None = None

    @model_validator(mode="after")
    def _can_be_opened(self) -> Self:
        if self.auth is IspbrainAuth.LOGIN and not (self.username and self.password):
            raise ValueError("mode login needs username and password")
        if self.auth is IspbrainAuth.API_KEY and not self.api_key:
            raise ValueError("mode api_key needs api_key")
        return self

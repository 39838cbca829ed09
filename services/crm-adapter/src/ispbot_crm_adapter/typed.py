"""What somebody typed into the form, completed by what is saved. Saved secrets never go to another address."""

from pydantic import SecretStr, ValidationError

from ispbot_contracts.crm import TestCrmConnection
from ispbot_contracts.settings import (
    CrmSettings,
    CrmVendor,
    IspbrainApi,
    IspbrainAuth,
    IspbrainSettings,
    IspcubeSettings,
    MikroWispSettings,
)
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import base_of
from ispbot_crm_adapter.errors import CrmRejected

Saved = MikroWispSettings | IspcubeSettings | IspbrainSettings


class IncompleteForm(Exception):
    """The form is only half filled in."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def settings_to_try(vendor: CrmVendor, query: TestCrmConnection, saved: CrmSettings) -> CrmSettings:
    """Return the settings of the vendor to try. Raises IncompleteForm, CrmRejected (``invalid_url``)."""
    try:
        match vendor:
            case CrmVendor.MIKROWISP:
                return CrmSettings(vendor=vendor, mikrowisp=_mikrowisp(query, saved.mikrowisp))
            case CrmVendor.ISPCUBE:
                return CrmSettings(vendor=vendor, ispcube=_ispcube(query, saved.ispcube))
            case CrmVendor.ISPBRAIN:
                form = ispbrain_form(query.ispbrain, saved.ispbrain, url=query.url, username=query.username)
                secrets = {"password": query.password, "api_key": query.api_key}
                if query.ispbrain is None:
                    form = form.model_copy(update={"verify_tls": _verify(query, saved.ispbrain)})
                return CrmSettings(vendor=vendor, ispbrain=opened_form(form, saved.ispbrain, **secrets))
    except ValidationError as error:
        raise CrmRejected("invalid_url") from error


def _mikrowisp(query: TestCrmConnection, saved: MikroWispSettings | None) -> MikroWispSettings:
    url = _url(query, saved)
    same_place = saved if _same_place(CrmVendor.MIKROWISP, url, saved) else None
    token = _secret(query.token) or (same_place.token if same_place is not None else None)
    if token is None:
        raise IncompleteForm("token_required", _to_type(texts.TOKEN_REQUIRED, saved, same_place))
    return MikroWispSettings(url=url, token=token, verify_tls=_verify(query, saved))


def _ispcube(query: TestCrmConnection, saved: IspcubeSettings | None) -> IspcubeSettings:
    url = _url(query, saved)
    same_place = saved if _same_place(CrmVendor.ISPCUBE, url, saved) else None
    username = query.username or (saved.username if saved is not None else None)
    client_id = query.client_id or (saved.client_id if saved is not None else None)
    password = _secret(query.password) or (same_place.password if same_place is not None else None)
    api_key = _secret(query.api_key) or (same_place.api_key if same_place is not None else None)
    if username is None or password is None or api_key is None or client_id is None:
        needed = {"el usuario": username, "la contraseña": password, "la api-key": api_key, "el client-id": client_id}
        missing = [name for name, value in needed.items() if value is None]
        raise IncompleteForm("credentials_required", _to_type(texts.credentials_required(missing), saved, same_place))
    return IspcubeSettings(
        url=url, username=username, password=password, api_key=api_key, client_id=client_id, verify_tls=_verify(query, saved)
    )  # fmt: skip


def ispbrain_form(
    typed: IspbrainApi | None, saved: IspbrainSettings | None, *, url: str | None = None, username: str | None = None
) -> IspbrainApi:
    """Return the form to try: the typed one, else the saved one, else a new one. Raises IncompleteForm (``url_required``)."""
    form = typed or saved
    address = (url or "").strip() or (form.url if form is not None else "")
    if not address:
        raise IncompleteForm("url_required", texts.URL_REQUIRED)
    form = form or IspbrainApi(url=address)
    own = form.model_dump(include=set(IspbrainApi.model_fields))
    return IspbrainApi.model_validate(own | {"url": address, "username": username or form.username})


def opened_form(
    form: IspbrainApi, saved: IspbrainSettings | None, *, password: str | None, api_key: str | None
) -> IspbrainSettings:
    """Return the form with its secrets: the typed ones, else the saved ones of the same address. Raises IncompleteForm."""
    same_place = saved if _same_place(CrmVendor.ISPBRAIN, form.url, saved) else None
    secrets = {
        "password": _secret(password) or (same_place.password if same_place is not None else None),
        "api_key": _secret(api_key) or (same_place.api_key if same_place is not None else None),
    }
    needed: dict[str, object] = {"la api-key": secrets["api_key"]}
    if form.auth is IspbrainAuth.LOGIN:
        needed = {"el usuario": form.username, "la contraseña": secrets["password"]}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise IncompleteForm("credentials_required", _to_type(texts.credentials_required(missing), saved, same_place))
    return IspbrainSettings.model_validate(form.model_dump() | secrets)


def _to_type(wanted: str, saved: Saved | None, same_place: Saved | None) -> str:
    """Return what is to be typed; the form says that a secret is saved, so why that one does not serve is told too."""
    return wanted if saved is same_place else f"{wanted} {texts.NOT_ELSEWHERE}"


def _url(query: TestCrmConnection, saved: Saved | None) -> str:
    url = (query.url or "").strip() or (saved.url if saved is not None else "")
    if not url:
        raise IncompleteForm("url_required", texts.URL_REQUIRED)
    return url


def _same_place(vendor: CrmVendor, url: str, saved: Saved | None) -> bool:
    return saved is not None and base_of(vendor, url) == base_of(vendor, saved.url)


def _secret(typed: str | None) -> SecretStr | None:
    return SecretStr(typed) if typed else None


def _verify(query: TestCrmConnection, saved: Saved | None) -> bool:
    """The switch of the form counts when anything was typed."""
    if saved is None or query.model_dump(include=_TYPED, exclude_none=True):
        return query.verify_tls
    return saved.verify_tls


_TYPED = {"url", "token", "username", "password", "api_key", "client_id"}

"""Everything that can go wrong with a management system. ``code`` is stable: metrics, logs and Spanish texts use it."""

from collections.abc import Iterable


class CrmError(Exception):
    """Root. ``detail`` is technical and never holds customer data; ``counts`` says whether the breaker should care."""

    counts = True
    before_request = False
    """It happened to the login that a request needs: the request itself never left."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    def conceal(self, secrets: Iterable[str]) -> None:
        """Take our own credentials out of what is told: some servers quote them in their refusals."""
        for secret in filter(None, secrets):
            self.detail = self.detail.replace(secret, "•••")
            self.args = tuple(str(one).replace(secret, "•••") for one in self.args)


class CrmUnreachable(CrmError):
    """No answer.

    The request never left: ``dns``, ``connection_refused``, ``connect_timeout``, ``connection_failed``, ``tls``,
    ``no_connection_free`` (ours are all in use), ``circuit_open``, ``allowance_used``. It may have arrived: ``timeout``, ``reset``.
    """


class CrmBroken(CrmError):
    """An answer that is none: ``not_json``, ``cut_short``, ``empty``, ``http_status``, ``redirect``, ``shape``, ``not_pdf``, ``too_big``."""


class CrmDenied(CrmError):
    """Our credentials are not good enough: ``denied``, ``forbidden`` (known, but not allowed to ask this)."""

    counts = False


class CrmRejected(CrmError):
    """The system understood and said no, in its own words (``detail``): ``rejected``, ``forbidden_address``."""

    counts = False


class CannotList(CrmRejected):
    """The list of everybody is not to be had: ``list_forbidden`` (to this user), ``list_missing``. Says nothing of the rest."""


class NoSuchCustomer(CrmError):
    """Nobody matches the filter: an answer, not a failure."""

    counts = False

    def __init__(self) -> None:
        super().__init__("no_such_customer")


class NoInvoiceFile(CrmError):
    """The system has no file of this invoice."""

    counts = False

    def __init__(self) -> None:
        super().__init__("no_pdf")

"""Everything that can go wrong with a management system. ``code`` is stable: metrics, logs and Spanish texts use it."""


class CrmError(Exception):
    """Root. ``detail`` is technical and never holds customer data; ``counts`` says whether the breaker should care."""

    counts = True

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class CrmUnreachable(CrmError):
    """No answer: ``dns``, ``connection_refused``, ``connection_failed``, ``timeout``, ``tls``, ``reset``, ``circuit_open``."""


class CrmBroken(CrmError):
    """An answer that is none: ``not_json``, ``cut_short``, ``empty``, ``http_status``, ``redirect``, ``shape``, ``not_pdf``, ``too_big``."""


class CrmDenied(CrmError):
    """Our credentials are not good enough: ``denied``, ``forbidden`` (known, but not allowed to ask this)."""

    counts = False


class CrmRejected(CrmError):
    """The system understood and said no, in its own words (``detail``): ``rejected``, ``forbidden_address``."""

    counts = False


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

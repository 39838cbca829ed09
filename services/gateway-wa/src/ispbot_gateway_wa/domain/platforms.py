"""Which phones may be linked: only WhatsApp Business (C2)."""

_BUSINESS_PREFIX = "smb"
_REGULAR = {"android", "iphone"}


def is_business(platform: str) -> bool | None:
    """Tell whether the phone runs WhatsApp Business; None for a platform nobody has described (warned, not refused)."""
    if platform.startswith(_BUSINESS_PREFIX):
        return True
    return False if platform in _REGULAR else None

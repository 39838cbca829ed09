"""A settings section: one key of the ``settings`` bucket, one typed model, changed by compare-and-set."""

from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    SecretStr,
    SerializationInfo,
    ValidationInfo,
)

CONTEXT_CIPHER = "cipher"
"""Serialisation and validation context key of the object with ``encrypt(str) -> str`` and ``decrypt(str) -> str``."""


def _seal(value: SecretStr, info: SerializationInfo) -> str:
    cipher = (info.context or {}).get(CONTEXT_CIPHER)
    return cipher.encrypt(value.get_secret_value()) if cipher else "**********"


def _open(value: SecretStr, info: ValidationInfo) -> SecretStr:
    cipher = (info.context or {}).get(CONTEXT_CIPHER)
    return SecretStr(cipher.decrypt(value.get_secret_value())) if cipher else value


Secret = Annotated[SecretStr, AfterValidator(_open), PlainSerializer(_seal, return_type=str)]
"""A secret: encrypted in the bucket, masked everywhere else (the runtime's settings store opens it)."""


class Section(BaseModel):
    """Base of every section. Its defaults are what a new company starts with."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    section: ClassVar[str]


class Part(BaseModel):
    """A value inside a section."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

"""What a file really is and whether WhatsApp takes it: the bytes decide, the name only helps with what bytes can not tell."""

import mimetypes
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

import filetype

from ispbot_panel_api.failures import Failure

SendableKind = Literal["image", "video", "audio", "document"]

_MIB = 1024 * 1024
LIMITS: dict[SendableKind, int] = {"image": 16 * _MIB, "video": 64 * _MIB, "audio": 16 * _MIB, "document": 100 * _MIB}
LARGEST_UPLOAD = max(LIMITS.values())

_KINDS: dict[str, SendableKind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/m4a": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/ogg": "audio",
    "audio/x-m4a": "audio",
}
_NORMAL = {"audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "video/x-m4v": "video/mp4"}
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")
_TEXT = {".txt": "text/plain", ".csv": "text/csv", ".md": "text/plain", ".log": "text/plain"}
_PROGRAM_TYPES = (
    "application/x-msdownload",
    "application/x-executable",
    "application/x-mach-binary",
    "application/dex",
)
_PROGRAM_NAMES = (
    ".apk", ".app", ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".htm", ".html", ".jar", ".js", ".lnk", ".msi",
    ".ps1", ".scr", ".sh", ".svg", ".vbs", ".xhtml",
)  # fmt: skip
_NAMES = {"image": "imagen", "video": "video", "audio": "audio", "document": "documento"}
_NAME_LENGTH = 120


@dataclass(frozen=True)
class Recognised:
    """A file that can be sent."""

    kind: SendableKind
    mime: str
    name: str


def recognise(head: bytes, *, name: str, size: int) -> Recognised:
    """Return what a file is, from its first bytes. Raises Failure 413 or 415 with the reason in Spanish."""
    clean = clean_name(name)
    suffix = PurePath(clean).suffix.lower()
    if size == 0:
        raise Failure(422, "empty_file", "El archivo está vacío.", field="file")
    if suffix in _PROGRAM_NAMES:
        raise _refused("Por seguridad no se pueden enviar programas ni páginas web.")
    mime = _sniff(head, suffix)
    kind = _KINDS.get(mime, "document")
    if size > LIMITS[kind]:
        raise Failure(
            413,
            "too_large",
            f"El archivo pesa {size / _MIB:.0f} MB y WhatsApp acepta hasta {LIMITS[kind] // _MIB} MB por {_NAMES[kind]}.",
            field="file",
        )
    return Recognised(kind, mime, clean)


def clean_name(name: str) -> str:
    """Return a file name without folders or control characters, at most 120 long with its ending kept."""
    base = PurePath(name.replace("\\", "/")).name
    printable = "".join(char for char in base if char.isprintable()).strip(" .") or "archivo"
    suffix = PurePath(printable).suffix[:12]
    return printable if len(printable) <= _NAME_LENGTH else printable[: _NAME_LENGTH - len(suffix)] + suffix


def _sniff(head: bytes, suffix: str) -> str:
    found: Any = filetype.guess(head)  # type: ignore[no-untyped-call]  # the library has no types
    if found is not None:
        mime = _NORMAL.get(found.mime, found.mime)
        if mime in _PROGRAM_TYPES:
            raise _refused("Por seguridad no se pueden enviar programas ni páginas web.")
        if mime == "application/zip" and suffix in _OFFICE:
            return mimetypes.guess_type(f"x{suffix}")[0] or mime
        return str(mime)
    if suffix in _TEXT and _is_text(head):
        return _TEXT[suffix]
    raise _refused("No se reconoce el tipo de archivo. Enviá imágenes, videos, audios, PDF, documentos o texto.")


def _is_text(head: bytes) -> bool:
    if any(byte < 0x20 and byte not in b"\t\n\f\r" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) - error.start < 4  # a character cut at the end of what was read
    return True


def _refused(message: str) -> Failure:
    return Failure(415, "unsupported_file", message, field="file")

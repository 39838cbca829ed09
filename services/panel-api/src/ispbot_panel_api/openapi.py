"""The OpenAPI document that the panel's TypeScript is made from: ``python -m ispbot_panel_api.openapi [--check]``."""

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from ispbot_panel_api.live.models import CloseCode, LiveFrame, PingFrame

DOCUMENT = Path(__file__).parents[2] / "openapi.json"
_REF = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """Return the document of the app, with the live socket's frames and close codes among its schemas."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes, separate_input_output_schemas=False)
    schemas: dict[str, Any] = made["components"]["schemas"]
    for name, part in (("LiveFrame", LiveFrame), ("PingFrame", PingFrame), ("CloseCode", CloseCode)):
        schema = TypeAdapter(part).json_schema(ref_template=_REF, mode="serialization")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


def render(app: FastAPI) -> str:
    """Return the committed form of the document."""
    return json.dumps(document(app), indent=2, ensure_ascii=False, sort_keys=False) + "\n"

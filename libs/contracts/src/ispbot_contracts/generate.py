"""Write (or check) what is generated from the contracts: golden schemas, sample messages and the AsyncAPI document.

``python -m ispbot_contracts.generate`` writes, ``--check`` only tells what is stale and ends with 1. A schema's diff is the
review topic of a change; a sample is written once and must be readable for ever.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ispbot_contracts.base import Message, Query
from ispbot_contracts.catalogue import HINTS, MESSAGES, QUERIES
from ispbot_contracts.settings import SECTIONS, Section

GOLDEN = Path(__file__).parents[2] / "golden"
_SEED = 20261123


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def shared_models() -> dict[str, type[BaseModel]]:
    """Return every model that crosses a process border, by its file name."""
    models: dict[str, type[BaseModel]] = {f"{m.owner}.{m.flavour}.{m.name}": m for m in MESSAGES}
    models |= {f"{q.owner}.req.{q.name}": q for q in QUERIES}
    models |= {f"{q.owner}.req.{q.name}.answer": q.answer for q in QUERIES}
    models |= {f"live.{hint.name}": hint for hint in HINTS}
    models |= {f"settings.{section.section}": section for section in SECTIONS}
    return models


def _message_object(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }


def _message_channel(message: type[Message]) -> dict[str, Any]:
    return {
        "address": f"{message.owner}.{message.flavour}.{message.name}.{{{message.key_field}}}",
        "messages": {message.__name__: {"$ref": f"#/components/messages/{message.__name__}"}},
        "parameters": {message.key_field: {"description": "Messages of one key stay in order."}},
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the bus."""
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}

    def add(model: type[BaseModel]) -> None:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
        messages[model.__name__] = _message_object(model)

    for message in MESSAGES:
        add(message)
        channels[message.__name__] = _message_channel(message)
        action = "send" if message.flavour == "evt" else "receive"
        operations[f"{message.owner}.{message.name}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{message.__name__}"},
        }
    for query in QUERIES:
        add(query)
        add(query.answer)
        channels[query.__name__] = _query_channel(query)
        operations[f"{query.owner}.{query.name}"] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{query.__name__}"},
            "reply": {"messages": [{"$ref": f"#/components/messages/{query.answer.__name__}"}]},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "ISPBot bus", "version": "1", "description": "Generated from ispbot_contracts."},
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas, "messages": messages},
    }


def _query_channel(query: type[Query[Any]]) -> dict[str, Any]:
    return {
        "address": query.subject(),
        "messages": {query.__name__: {"$ref": f"#/components/messages/{query.__name__}"}},
    }


def schema_files() -> dict[Path, str]:
    """Return the generated files and their present text."""
    files = {
        GOLDEN / "schemas" / f"{name}.json": _dump(model.model_json_schema()) for name, model in shared_models().items()
    }
    files[GOLDEN / "asyncapi.json"] = _dump(asyncapi())
    return files


def write_missing_samples() -> list[Path]:
    """Write a sample for each message that has none yet; the old ones stay as they are."""
    from polyfactory.factories.pydantic_factory import ModelFactory  # noqa: PLC0415 - a development tool

    written = []
    for name, model in shared_models().items():
        path = GOLDEN / "samples" / f"{name}.json"
        if not path.exists():
            factory = ModelFactory.create_factory(model, __random_seed__=_SEED, __check_model__=False)
            sample = model() if issubclass(model, Section) else factory.build()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_dump(json.loads(sample.model_dump_json())))
            written.append(path)
    return written


def main() -> int:
    """Write or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for path, text in schema_files().items():
        if not path.exists() or path.read_text() != text:
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    wanted = {path.name for path in schema_files()}
    for path in (GOLDEN / "schemas").glob("*.json"):
        if path.name not in wanted:
            stale.append(path)
            if not check:
                path.unlink()
    if not check:
        stale += write_missing_samples()
    for path in stale:
        sys.stdout.write(f"{'stale' if check else 'written'}: {path.relative_to(GOLDEN)}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

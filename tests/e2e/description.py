"""What the served OpenAPI document promises of an answer, held against the answers that tests get."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from tests.e2e.caller import Answer

_FOR_ANY_ANSWER = {
    "Cache-Control", "Connection", "Content-Length", "Content-Security-Policy", "Content-Type", "Date",
    "Referrer-Policy", "Transfer-Encoding", "X-Accel-Buffering", "X-Content-Type-Options",
}  # fmt: skip
"""Headers of HTTP, of browsers and of proxies, which a client of the API has no use for."""


class Description:
    """The document, as somebody reads it who has nothing else."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = document["components"]
        self._paths = document["paths"]

    @cached_property
    def _operations(self) -> list[tuple[str, re.Pattern[str], Mapping[str, Any]]]:
        """By method and path, those without parameters in their path first."""
        return [
            (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operation)
            for path, operations in sorted(self._paths.items(), key=lambda one: one[0].count("{"))
            for method, operation in operations.items()
        ]

    def objections(self, method: str, path: str, answer: "Answer") -> list[str]:
        """Everything about the answer to a described operation that the document does not say."""
        bare = path.partition("?")[0]
        operation = next((it for verb, form, it in self._operations if verb == method and form.fullmatch(bare)), None)
        if operation is None:
            return []
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return [f"{operation['operationId']} is not said to answer {answer.status}: {answer.content[:200]!r}"]
        unsaid = [*self._about_headers(described, answer), *self._about_body(described, answer)]
        return [f"{operation['operationId']}, {answer.status}: {one}" for one in unsaid]

    def _about_headers(self, described: Mapping[str, Any], answer: "Answer") -> list[str]:
        known = {name.lower() for name in (*described.get("headers", {}), *_FOR_ANY_ANSWER)}
        return [f"the header {name}" for name in answer.headers if name.lower() not in known]

    def _about_body(self, described: Mapping[str, Any], answer: "Answer") -> list[str]:
        content = described.get("content", {})
        if not answer.content:
            return []
        kind = answer.headers["Content-Type"].partition(";")[0]
        if kind not in content:
            return [f"a body of type {kind}"]
        if kind == "text/event-stream":
            return [one for event in answer.events for one in self._about_event(content[kind]["schema"], event)]
        unsaid = [] if kind != "application/problem+json" else self._about_problem(content[kind], answer)
        return unsaid + self._about_value(content[kind]["schema"], answer.json)

    def _about_problem(self, content: Mapping[str, Any], answer: "Answer") -> list[str]:
        return [] if answer.slug in content["examples"] else [f"the problem {answer.slug}"]

    def _about_event(self, schema: Mapping[str, Any], event: Mapping[str, str]) -> list[str]:
        unnamed = [f"the field {name} of an event" for name in event if name not in schema["properties"]]
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(event)]
        data = schema["properties"]["data"]["contentSchema"]
        return unnamed + wrong + self._about_value(data, orjson.loads(event["data"]))

    def _about_value(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """A value that does not fit, and fields of it that have no schema at all."""
        named = self._components["schemas"][schema["$ref"].rpartition("/")[2]]
        whole = Draft202012Validator({**schema, "components": self._components}, format_checker=FormatChecker())
        wrong = [f"{error.json_path} {error.message}" for error in whole.iter_errors(value)]
        return wrong + [f"the field {name}" for name in value if name not in named["properties"]]

"""One shape for everything that goes wrong: {"error": a sentence, "problems": one sentence each}.

A sentence says what is wrong, where, and what is allowed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL
from controller.panel.client import NoEngineError, RefusedError
from controller.panel.pairing import PairingError

SENTENCES = {
    "missing": "{where} is missing.",
    "extra_forbidden": "{where} is not a known field.",
    "int_type": "{where} must be a whole number, not {given}.",
    "float_type": "{where} must be a number, not {given}.",
    "finite_number": "{where} must be a finite number.",
    "string_type": "{where} must be text in quotes, not {given}.",
    "greater_than_equal": "{where} must be {ge:g} or more, not {given}.",
    "less_than_equal": "{where} must be {le:g} or less, not {given}.",
    "string_pattern_mismatch": "{where} must be six digits.",
    "json_invalid": "The body is not valid JSON: {error}.",
    "model_attributes_type": "The body must be a JSON object, with content type application/json.",
}
RANGES = {"level": f"a whole number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}"}
"""Fields with two ends: whichever was passed, both are told."""
OUTSIDE = ("int_type", "greater_than_equal", "less_than_equal")
STATUS_SENTENCES = {
    400: "The body cannot be read as JSON.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}


class Problem(BaseModel):
    """The answer to everything that was not done."""

    error: str
    problems: list[str]


def problem(
    status: int,
    error: str,
    problems: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer in the one shape."""
    content = {"error": error, "problems": list(problems)}
    return JSONResponse(content, status, dict(headers) if headers else None)


def sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, where, and what is allowed, from one finding of the validation."""
    place = ".".join(str(part) for part in error["loc"][1:] if not isinstance(part, int))
    words = {
        "where": f"“{place[:40]}”" if place else "The body",
        "given": repr(error.get("input"))[:40],
        **error.get("ctx", {}),
    }
    if place in RANGES and error["type"] in OUTSIDE:
        return f"{words['where']} must be {RANGES[place]}, not {words['given']}."
    pattern = SENTENCES.get(error["type"])
    return pattern.format(**words) if pattern else f"{words['where']}: {error['msg']}."


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    findings = error.errors() if isinstance(error, RequestValidationError) else []
    problems = [sentence(finding) for finding in findings[:10]]
    return problem(422, "Nothing was changed: " + " ".join(problems), problems)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(getattr(error, "detail", ""))
    return problem(
        status, STATUS_SENTENCES.get(status, detail), headers=getattr(error, "headers", None)
    )


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    return problem(409, str(error))


async def _no_engine(_request: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), headers={"Retry-After": "1"})


async def _not_paired(_request: Request, error: Exception) -> JSONResponse:
    return problem(403, str(error))


def answer_problems(app: FastAPI) -> None:
    """Make every error of the app an answer in the one shape."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(NoEngineError, _no_engine)
    app.add_exception_handler(PairingError, _not_paired)

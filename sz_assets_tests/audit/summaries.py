"""Small published summaries, and the audit of them."""

from __future__ import annotations

import msgspec
from consistent_studies import with_published

from sz_assets.core.audit.finding import Finding
from sz_assets.core.audit.findings import audit
from sz_assets.study_published import Published, Variable

PRINTED = ("mean", "minimum", "maximum")


def variable(id: str = "x", n: int = 10, **fields: object) -> Variable:
    plain: dict[str, object] = {
        name: {"value": value, "step": 1} if isinstance(value, int) and name in PRINTED else value
        for name, value in fields.items()
    }
    return msgspec.convert(
        {"id": id, "name": {"zh": id, "en": id}, "section": "4", "n": n, **plain}, Variable
    )


def found(**parts: object) -> dict[str, Finding]:
    return {f.id: f for f in audit(with_published(Published(**parts)))}  # type: ignore[arg-type]


def of(*variables: Variable) -> dict[str, Finding]:
    return found(variables=variables)

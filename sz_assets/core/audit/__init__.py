"""The audit of a publication's own summaries: what can't all be true, or is improbable.

Here: one module per kind of rule, each a pure function from a study to findings, and their
collection (`findings`). Not here: the summaries (a study's data, `study_published`), or any
comparison with observed data. Every printed number stands for the interval of its rounding.
"""

from sz_assets.core.audit.findings import audit_published

__all__ = ["audit_published"]

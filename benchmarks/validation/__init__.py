"""Simulated studies with planted truths, and how often the report's statements about them hold.

Here: drawing studies whose truth is known (`studies`, `frames`), what is asked of them (`trials`),
counting (`results`) and the document (`document`). Not here: any statistic; the package's own
functions are called. `python -m benchmarks.validation` makes the results and the document.
"""

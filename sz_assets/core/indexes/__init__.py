"""Published indexes of an account's influence, as data: `indexes.yaml` says what is computed.

Here: the formulas, the small language they are written in, and their computation. Not here: any
index in code.
"""

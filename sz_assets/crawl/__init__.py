"""Getting answers from platforms and files into the raw tables, with the evidence of each attempt.

Here: the network, pacing, retries, attempts. Not here: what an answer says (`sources`) or how
complete a list is (`core.coverage`).
"""

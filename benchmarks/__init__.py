"""Measurements of the whole program and of its hot paths; `make bench` runs and prints them.

Here: timing. Not here: assertions (a machine's speed is no test), or results in prose.
"""

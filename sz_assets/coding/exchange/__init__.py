"""Formats in which tasks go to coders and codes come back, one module per tool."""

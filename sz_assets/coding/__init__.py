"""Content coding by people and machines: what is stored, exchanged with tools, and trained.

Here: reading and writing of codes. Not here: rules and statistics (`core.coding`,
`core.statistics`), commands (`cli_coding`), or the workflow (`defs`).
"""

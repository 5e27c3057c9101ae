"""Removing one account from everything that a home holds, and proving that it is gone.

Here: what identifies an account, its removal from every layer, and the search for what is left.
Not here: the command (`cli_upkeep`), or making again what was made of the rest (`defs`).
"""

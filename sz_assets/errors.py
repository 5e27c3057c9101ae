"""The errors that reach a user: one sentence with what happened, where, and what to do.

Here: exceptions whose text is meant to be read by a person, and their exit codes.
Not here: exceptions that one module raises and the same module handles.
"""


class UserError(Exception):
    """Something the user can mend. `str(error)` is the whole message: cause, place and remedy."""

    exit_code = 1


class IncompleteCrawl(UserError):
    """A platform refused or cut short the crawl of at least one account."""

    exit_code = 2

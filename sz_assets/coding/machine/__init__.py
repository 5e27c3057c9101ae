"""Machine coders that learn from people's codes, and how well they do on texts they never saw.

Here: n-gram features, the linear coder, and its trial on a corpus of classified titles. Not here:
the cue-word rule (`core.coding`), or which code of a video counts.
"""

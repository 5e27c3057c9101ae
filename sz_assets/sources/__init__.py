"""What each platform and each import format says, in the project's own words.

Here: requests, reading of answers, decoding into neutral columns; the words of a platform end in
this package. Not here: sending a request (`crawl`) or giving a video meaning (`core`).
"""

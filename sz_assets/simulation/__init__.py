"""The embedded platform: a deterministic catalogue of simulated videos, and its HTTP server.

Here: everything that pretends to be a platform. Nothing in the pipeline depends on it but the
source that crawls it, over HTTP, by the same client code as a real platform.
"""

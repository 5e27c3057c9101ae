"""Pure functions from typed frames to typed frames: no Dagster, no I/O, no clock."""

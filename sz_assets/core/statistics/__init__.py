"""Statistics that SQL can't do: description with intervals, concentration, tails, effects."""

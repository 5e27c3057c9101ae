"""Content coding, as pure functions: cue words, samples for coders, the best code, its errors."""

"""Assets by layer: raw, core, engagement, analysis, charts, publish."""

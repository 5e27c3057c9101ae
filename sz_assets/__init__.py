"""sz_assets: a city's official short-video accounts, crawled monthly, measured and explained."""

__version__ = "0.1.0"

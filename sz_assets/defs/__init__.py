"""Thin Dagster glue: partitions, resources, checks, assets by layer, jobs, schedules.

Here: what connects pure functions, the lake and the warehouse to Dagster. Not here: any
computation; an asset's body reads, calls one function, and returns.
"""

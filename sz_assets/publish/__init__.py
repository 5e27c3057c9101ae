"""What readers open: releases, built aside and put in place at one stroke.

Here: building, validating and flipping a release. Not here: the marts (`dbt_project`) or the
report's pages (`report`).
"""

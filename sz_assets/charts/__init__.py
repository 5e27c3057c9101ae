"""The study's figures and tables: frames of the marts in, Altair charts and their files out.

Here: what is drawn and how (`catalogue` lists it), the theme, rendering, and the check of what
was written. Not here: how a number is computed (that is the marts' work) or when a chart is made.
Importing `catalogue` loads neither Altair nor the renderer.
"""

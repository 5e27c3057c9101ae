"""The month's report: marts and pictures in, one self-contained page out.

Here: pages and their templates. Not here: how a number is computed (marts), how a chart is drawn
(`charts`), or where a page is put (`storage`).
"""

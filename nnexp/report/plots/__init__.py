"""Plots, one a file: `compute` gives the numbers as a data frame or arrays, `draw` makes a plotly figure of them.

They are drawn without colours of paper and ink: the page supplies those, light or dark (nnexp/report/page.css).
"""

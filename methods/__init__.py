"""The statistics: pure functions from values to values, on numpy, scipy and statsmodels alone.

Everything here may be imported by anyone and imports nothing of ours. Reading tables, choosing
appetites and naming indicators do not belong here.
"""

"""Sensitivity of an average to days on which something is unknown; none of it is a finding of its own.

The headline keeps every rated day. Beside it are complete days only, multiple imputation that treats participants as
different (``imputation``, ``pooling``), and imputed ratings shifted by what patients may have left out (``delta``).
"""

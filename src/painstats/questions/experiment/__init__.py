"""Planned self-experiments: blocks with and without a treatment, in an order drawn by lot beforehand."""

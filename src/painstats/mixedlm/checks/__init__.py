"""Checks of a fit: residuals, influence, other programs."""

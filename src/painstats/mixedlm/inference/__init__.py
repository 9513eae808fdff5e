"""Inference from a fit: tests, intervals and participants' slopes."""

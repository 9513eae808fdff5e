"""Predictors by calendar date, within and between parts, complete rows, and why the others fell out."""

from painstats.frame.build import build_model_frame

__all__ = ["build_model_frame"]

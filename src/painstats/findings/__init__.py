"""Estimates turned into verdicts in plain words, with refusals and their reasons."""

from painstats.findings.build import find

__all__ = ["find"]

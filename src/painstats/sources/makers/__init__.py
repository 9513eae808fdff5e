"""Exports of makers of watches, rings and scales, one module for each maker."""

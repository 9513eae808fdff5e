"""Exports of single makers of watches, rings and scales, one file for each."""

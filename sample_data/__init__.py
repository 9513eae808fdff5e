"""Simulated participants and their exports in the real formats, with the true effects."""

"""Declared treatments: the change of the outcome after a start, a stop or a new dose."""

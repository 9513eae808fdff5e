"""Invented people and their exports in the real formats, with the planted truth beside them."""

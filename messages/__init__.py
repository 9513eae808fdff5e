"""Collects the sentences for participants, and compiles their translations: ``make messages``."""

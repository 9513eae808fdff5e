"""Boom and bust: whether two unlike days in a row go with the outcome of the day after."""

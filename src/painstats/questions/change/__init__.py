"""The change kind: whether the link of each daily exposure with the outcome is still what it was."""

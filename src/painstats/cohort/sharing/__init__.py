"""What may leave a study: open tables with rounded counts, and the daily frame under pseudonyms.

Daily data are pseudonymous, never anonymous: a few days of steps single a participant out for whoever has them
(docs/method/sharing.md).
"""

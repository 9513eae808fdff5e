"""Tell the operator how a run ended: by a command, a webhook on this machine's network, or e-mail.

What is sent holds counts, dates, rules and numbers of participants: no ids, no names of files, no values.
"""

"""The declared question answered under every combination of choices that could have been declared instead.

- ``choices``: what is crossed, what is refused, and how many combinations there are.
- ``curve``: the estimate under each; the declared one is the headline.
- ``left_out``: the declared estimate without each participant.
- ``summary``: shares, range and shifts. A curve has no p value: its estimates are one answer given many times.
"""

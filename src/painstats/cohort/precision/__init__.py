"""How precise a study will be, from the information of its design; no model is fitted.

- ``information``: the sampling variance of one participant's slope or change, given their days.
- ``planning``: from the variances of participants to the standard error of a study, its power, and what it can detect.
- ``pilot``: the range of that standard error, where a pilot study is all that is known.
- ``tables``: detectable effects for several numbers of participants and days.
"""

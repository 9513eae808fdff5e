"""Mixed models of a cohort: one file for each kind of question, and what they share.

- ``cohort_model``: ``CohortModel``, a fit with what it estimates (``Effect``), and how it is tested.
- ``average``: the average effect of an exposure, with covariates or without: the primary model.
- ``levels``: which levels of a variable can be compared, and the message for each design that cannot.
- ``moderators``: whether an exposure's effect differs with a variable: product terms; slopes of each level.
- ``arms``: whether participants of one arm changed more than those of another.
- ``declared``: models that a plan writes as formulas.
"""

"""The questions that painstats asks of a study: the registry, and one folder for each kind.

A kind is a folder with these files, and one line in ``registry.BUILT_IN`` (or an entry point ``painstats.questions``):

- ``plan.py``: the keys of its ``[[questions]]`` table, and the questions that they ask;
- ``columns.py``: the columns of its models;
- ``fit.py``: the fit; it and what it imports are the only files that load statistics;
- ``judge.py``: the evidence for the verdict rule, from what was fitted;
- ``words.py``: what its exposure, comparison and outcome are called;
- ``figure.py``: what its chart shows;
- ``kind.py``: the ``Kind`` that names these parts.

``tests/spec/test_questions_contract.py`` runs on every kind in the registry.
"""

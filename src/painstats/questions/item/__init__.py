"""The ``item`` kind: whether other reported items, such as fatigue or mood, go with sleep and steps too."""

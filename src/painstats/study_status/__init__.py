"""How a study is doing: what its last runs did, what needs attention, and who sends data.

``painstats status``, the index page and notifications all show the one :class:`StudyStatus`.
"""

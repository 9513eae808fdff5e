"""The index page: the state of the study, what needs a hand, who sends data, the last runs, and the reports."""

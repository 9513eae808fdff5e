"""Does the outcome go with the sleep of the night before and the steps of the day before?"""

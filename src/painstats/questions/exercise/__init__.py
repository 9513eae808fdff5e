"""Which kinds of exercise go with an outcome on the next day: by name, each beside the others."""

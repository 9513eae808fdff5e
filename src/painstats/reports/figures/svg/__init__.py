"""Charts of one participant as small SVG: the primitives that they are put together from."""

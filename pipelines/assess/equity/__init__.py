"""Whether groups differ by more than chance and an agreed band, and whether a detector could tell."""

"""Finding knowledge: one contract, two engines, and an index that forgets nothing."""

"""The demonstration: content worth reading, invented people, drawings of our own."""

"""The multilingual terminology: one set of concepts for tagging, facets, searching and translating."""

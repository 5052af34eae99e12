"""People and organisations of the community."""

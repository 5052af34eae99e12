"""The engines behind `search.contract`."""

"""The benchmark: `make bench` measures what docs/performance.md promises, against the real services."""

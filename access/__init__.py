"""Who may read what: markings, audiences and the one policy. Imports no other app of the hub."""

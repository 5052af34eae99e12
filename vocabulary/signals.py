"""Signals of the vocabulary."""

from django.dispatch import Signal

#: Sent in the transaction of the change, with `concept_ids`: the concepts that are new or other than before.
vocabulary_changed = Signal()

"""What the knowledge app tells others of."""

from django.dispatch import Signal

# Sent in the transaction of the change, with `document_ids`: what search finds by these files is another text now.
document_texts_changed = Signal()

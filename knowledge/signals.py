"""What the knowledge app tells others of."""

from django.dispatch import Signal

# Sent before a version of a page is published, with `page` as it would be live. Receivers that raise `GateClosed` keep
# it from its readers.
about_to_publish = Signal()

# Sent in the transaction of the change, with `document_ids`: what search finds by these files is another text now.
document_texts_changed = Signal()

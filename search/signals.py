"""What search tells others of."""

from django.dispatch import Signal

# Sent when somebody opened, from a results page, a page that is not there in the language they asked in: with
# `page_id`, of the version they were shown instead, and `language`, the code of the one they asked in.
untranslated_opened = Signal()

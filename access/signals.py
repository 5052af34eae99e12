"""Signals of the access spine."""

from django.dispatch import Signal

#: Sent in the transaction of the change, with `page_ids`: the pages whose audience is another one now.
page_access_changed = Signal()

#: Sent in the transaction of the change, with `page_ids`: live originals that nobody may read any more, because
#: what they were shared with is gone.
readers_lost = Signal()

"""Signals of the access spine."""

from django.dispatch import Signal

#: Sent in the transaction of the change, with `page_ids`: the pages whose audience is another one now.
page_access_changed = Signal()

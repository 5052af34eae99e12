"""Why an upload is not taken."""


class UploadFault(ValueError):
    """Raised for a file that is not taken; the message tells an editor what to do."""

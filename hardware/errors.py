"""What can be wrong with the machinery. Every message names the cure.

A fault seen in the data is not an error: it is a trip of the safety kernel. These are for
broken or missing machinery, raised at the border to a library, `from` the library's own.
"""


class HardwareError(Exception):
    """Root of everything the hardware layer raises."""


class MissingHardwareError(HardwareError, LookupError):
    """A chip, bus, pin or library that should be there is not."""


class AccessError(HardwareError, PermissionError):
    """The machine is there, but this user may not use it, or someone else holds it."""


class ReadError(HardwareError, OSError):
    """A bus transfer failed."""

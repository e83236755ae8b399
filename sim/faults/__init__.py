"""Every fault of the catalogue, injected into a living machine, proven to be there, and judged.

It exists because "it fails safe" is a claim about faults: here each one happens in each mode.
"""

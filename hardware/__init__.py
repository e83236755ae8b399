"""WHAT A ROLLER IS.

The lowest layer: the contract every roller keeps (`hardware.roller`), what can go wrong with one
(`hardware.errors`), and the rollers that are driven through this computer's own pins.

Import rule: nothing of ours is imported here. Whoever reads this package needs no other to
understand what a sample, a drive and a roller are.
"""

"""WHAT TO DO.

The product: pure functions decide (limits, trips, the safety kernel, the session), one loop acts
on them, and the panel, in its own process, shows what is happening and passes on what people wish.

Import rule: `firmware_bridge` and `hardware` may be imported here, `sim` never. So the product
cannot fall back to a simulated roller, and never asks whether the world is simulated.
"""

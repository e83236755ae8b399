"""A WORLD TO TRY IT IN.

A simulated foot, motor, gate and person behind the same contract as a real roller. The real
controller runs on it unchanged, and its clock is the simulated one.

Import rule: this is the top layer. It may import everything; nothing imports it.
"""

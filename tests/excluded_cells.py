"""Cells that are listed as impossible, tried all the same: `python -m tests.excluded_cells`.

A line of JSON for each: the fault, the mode, and what became of it. Each lives in a copy of this
process, which therefore is one of its own.
"""

import json

from sim.faults.matrix import cells
from sim.faults.register import FAULTS, excluded
from sim.faults.staged import SCENES

if __name__ == "__main__":
    listed = excluded()
    for mode, make in SCENES.items():
        faults = [one for one in FAULTS if (one.id, mode.name) in listed]
        for cell in cells(faults, [(mode, make)], {}, workers=1) if faults else ():
            print(json.dumps([cell.fault, cell.mode, cell.verdict, cell.why]))

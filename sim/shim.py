"""The binding to simavr, compiled on first use against the simavr of this machine.

simavr is GPL-3 and belongs to the tests: nothing of it is shipped, and the product proper imports
none of this. What is compiled lies in `build/`, named after the digest of its source, so that it
is made once and again after a change.
"""

import hashlib
import os
import subprocess
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).with_name("simavr")
BUILD = Path(__file__).resolve().parent.parent / "build" / "simavr"
COMMAND = ("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
DECLARATIONS = """
typedef struct { uint64_t cycle; uint16_t kind, which; uint32_t value; } event_t;
typedef struct mcu mcu_t;
mcu_t *mcu_new(uint32_t hz);
void mcu_free(mcu_t *m);
int mcu_run(mcu_t *m, uint64_t until, int stepping, uint32_t until_edge);
void mcu_reset(mcu_t *m, int cause);
void mcu_drive(mcu_t *m, int pin, int level);
void mcu_watch(mcu_t *m, uint32_t pins);
void mcu_record_conversions(mcu_t *m, int whether);
void mcu_note_writes(mcu_t *m, int address);
void mcu_note_reads(mcu_t *m, int address);
uint32_t mcu_levels(mcu_t *m);
double mcu_duty(mcu_t *m, int pin);
void mcu_apply_mv(mcu_t *m, int channel, uint32_t millivolts);
uint64_t mcu_send(mcu_t *m, const uint8_t *bytes, size_t count, uint32_t cycles_each);
uint32_t mcu_cycles_per_byte(mcu_t *m);
uint64_t mcu_cycle(mcu_t *m);
uint32_t mcu_pc(mcu_t *m);
const char *mcu_complaint(mcu_t *m);
typedef struct kept kept_t;
kept_t *mcu_keep(mcu_t *m);
void mcu_again(mcu_t *m, const kept_t *kept);
void mcu_forget(kept_t *kept);
uint8_t *mcu_data(mcu_t *m);
uint8_t *mcu_flash(mcu_t *m);
uint8_t *mcu_eeprom(mcu_t *m);
size_t mcu_events(mcu_t *m, const event_t **events);
"""


class MissingToolError(Exception):
    """What the simulated microcontroller needs is not on this machine; the text says the cure."""


@cache
def binding() -> tuple[Any, Any]:
    """What cffi offers, and the library."""
    try:
        ffi = import_module("cffi").FFI()
    except ImportError as error:
        raise MissingToolError("cffi is missing; type: make setup-dev") from error
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(str(compiled()))


def compiled() -> Path:
    """The library; it is compiled if this source never was."""
    total = hashlib.sha256(" ".join(COMMAND).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        total.update(source.read_bytes())
    library = BUILD / f"shim-{total.hexdigest()[:16]}.so"
    if not library.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            made = Path(folder, library.name)
            compile_to(made)
            os.replace(made, library)  # two at once both succeed
    return library


def compile_to(library: Path) -> None:
    """Compile the sources with the machine's compiler."""
    sources = map(str, sorted(SOURCES.glob("*.c")))
    try:
        subprocess.run(
            [*COMMAND, *sources, "-o", str(library), "-lsimavr"],
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise MissingToolError("gcc is missing; type: sudo apt-get install gcc") from error
    except subprocess.CalledProcessError as error:
        cure = "if simavr is missing, type: sudo apt-get install libsimavr-dev libc6-dev"
        raise MissingToolError(f"the binding did not compile; {cure}\n{error.stderr}") from error

"""THE MICROCONTROLLER AND THE WIRE TO IT.

A microcontroller beside the computer samples the pressure and cuts the motor by itself; this
package holds the table of messages, what is made from it, the codec and the firmware.

Import rule: only `hardware` may be imported here, because to everything above a roller behind a
wire is a roller like any other.
"""

"""THE MICROCONTROLLER AND THE WIRE TO IT.

A microcontroller beside the computer samples the pressure and cuts the motor by itself; this
package is where the table of messages, the codec, the roller behind the wire and the firmware
belong. It holds only this docstring for now.

Import rule: only `hardware` may be imported here, because to everything above a roller behind a
wire is a roller like any other.
"""

"""THE PAGE ON THE PHONE, in a process of its own.

Shows what the engine tells and passes on what people wish, over the engine's link; decides
nothing. If it dies, the massage goes on and the buttons work.

Import rule: the loop and what runs in the engine's process are never imported here, nor this
package there.
"""

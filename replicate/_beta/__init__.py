"""What programs of the 2.x beta call: the same operations under that client's names.

Nothing below knows this room, and `import replicate` does not load it. The generated package
says which operations there are and what each takes; what the room adds is the shape of 2.x.
"""

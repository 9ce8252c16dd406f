"""`/_emulator/*`: what tests and rehearsals ask of the emulator itself (contract §7)."""

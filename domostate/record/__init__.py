"""The memory on disk: state, journal and lock of one environment. `room.Record` is the door."""

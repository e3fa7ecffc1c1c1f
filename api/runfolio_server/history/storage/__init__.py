"""How lines of history are stored: chunks, the tail, and the values in them as bytes."""

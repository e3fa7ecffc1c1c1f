"""What is the same for sync and async: data, paths, settings, errors. No I/O; below frames.py, _async and _sync."""

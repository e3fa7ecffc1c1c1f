"""`runfolio demo`: the main job on real input, from an empty machine to a plot. See command.py."""

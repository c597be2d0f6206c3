"""Layers, networks and optimizers in NumPy."""

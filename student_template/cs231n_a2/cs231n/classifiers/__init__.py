"""Networks that are made of the layers."""

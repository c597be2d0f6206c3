class FullyConnectedNet(_Base):
    """All of it is inherited."""

"""Reading a hand-in: a folder or an archive, whatever shape it has, without trusting any of it."""

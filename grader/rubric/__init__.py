"""The inline questions: where their answers stand, and what each answer earns."""

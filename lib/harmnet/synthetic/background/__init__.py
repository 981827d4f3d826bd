"""What happens in a force that no story is about: most of its records."""

"""The planted stories: networks of every theme and people who need protecting, each written record by record."""

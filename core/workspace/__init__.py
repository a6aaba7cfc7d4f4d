"""What a data folder starts with and how it is cleared: demo, guided path, deletion."""

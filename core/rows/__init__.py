"""What a row is, and which rows are meant: filters, marks, evaluation examples."""

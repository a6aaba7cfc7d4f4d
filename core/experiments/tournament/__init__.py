"""A tournament: ways of choosing compete on the user's own rows, by the loss of models tuned on what each keeps."""

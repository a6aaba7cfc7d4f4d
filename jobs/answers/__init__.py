"""The kind of job that generates two models' answers to the same instructions."""

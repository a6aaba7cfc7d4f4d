"""LoRA tuning of a causal language model on candidate sets (paper, section 3): settings, batches, and the run."""

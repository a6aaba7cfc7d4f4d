"""Tuning of a causal language model on sets of rows, LoRA or full (paper, section 3), and gradients of single rows."""

"""Which of two answers is better: asked of a language model in both orders, or of people, and what it comes to."""

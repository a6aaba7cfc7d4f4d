"""Small heads on the language model's hidden states: reward and quality without a model of their own."""

"""Small heads on what the language model shows of a row: reward and quality without a model of their own."""

"""Learning the rule: from candidate sets with their mean indicators and measured losses to a linear rule (paper, 3)."""

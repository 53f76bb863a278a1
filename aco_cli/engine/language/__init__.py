"""The language of the law: formulas as trees, checked, reduced to a situation, and computed over columns."""

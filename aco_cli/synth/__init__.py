"""A synthetic population in the formats of `aco expenditures`, with the answers known by construction."""

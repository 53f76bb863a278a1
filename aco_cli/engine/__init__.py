"""The law as lines: named columns computed from columns, without input, output or rounding."""

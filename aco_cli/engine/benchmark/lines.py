"""The benchmark as lines, in the order of tables 1 and 2 of CMS's reconciliation report; nothing is rounded."""

from __future__ import annotations

from aco_cli.engine.benchmark import adjustment_lines, historical_lines, update_lines

TABLE_1 = (*historical_lines.SHEET.lines, *adjustment_lines.SHEET.lines)
TABLE_2 = tuple(update_lines.SHEET.lines)
LINES = (*TABLE_1, *TABLE_2)

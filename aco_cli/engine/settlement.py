"""The settlement of a performance year as lines, in the order of the law (table 3 of CMS's reconciliation report).

Amounts are US dollars, rates fractions; nothing is rounded. Conditions are true/false columns. Letters are CMS's.
"""

from __future__ import annotations

from aco_cli.engine import loss_lines, payment_lines, savings_lines, sharing_lines
from aco_cli.engine.lines import Input

# What the roster gives, under the names that lines use (`given_` where a line has the roster's name).
INPUTS = (
    Input("performance_year", "Performance year", "year"),
    Input("assigned_beneficiaries", "Assigned beneficiaries", "persons", "A"),
    Input("benchmark_total", "Total updated benchmark", "USD", "H"),
    Input("expenditure_total", "Total expenditures", "USD", "G"),
    Input("first_performance_year", "First performance year", "condition"),
    Input("quality_score", "Quality score", "fraction", "R"),
    Input("quality_reported", "Quality reported completely", "condition"),
    Input("given_standard_met", "Quality standard met, as given", "condition"),
    Input("quality_alternative_met", "Alternative quality standard met", "condition"),
    Input("elected_rate", "Elected minimum savings rate", "fraction"),
    Input("published_msr", "Minimum savings rate, as published", "fraction"),
    Input("minimum_rate", "Minimum savings rate, as given", "fraction"),
    Input("sharing_rate", "Maximum sharing rate, as given", "fraction"),
    Input("loss_rate", "Shared loss rate, as given", "fraction"),
    Input("given_payment_limit", "Payment limit, as given", "fraction"),
    Input("given_loss_limit", "Loss limit, as given", "fraction"),
    Input("participant_revenue", "Participants' revenue", "USD", "AA"),
    Input("agreement_period", "Agreement period", "number"),
    Input("agreement_year", "Agreement year", "number"),
    Input("agreement_start_year", "Agreement starts in", "year"),
    Input("low_revenue", "Low revenue", "condition"),
    Input("half_rate", "Reduced sharing, as given", "condition"),
    Input("guardrail", "Guardrail benchmark", "condition"),
    Input("euc_share", "Share waived for circumstances, as given", "fraction"),
    Input("given_euc_adjustment", "Circumstances adjustment, as given", "USD"),
    Input("months", "Months in the performance year", "number"),
    Input("termination_month", "Last month taken part", "number"),
    Input("mid_year_termination", "Left during the year, as published", "condition"),
    Input("deferred_to", "Deferred to", "year"),
    Input("advance_balance", "Advance payments to recoup", "USD"),
    Input("elects_sliding", "Sliding minimum savings rate elected", "condition", is_choice=True),
    Input("on_benchmark_limit", "Benchmark-based loss limit chosen", "condition", is_choice=True),
    Input("is_involuntary", "Left involuntarily", "condition", is_choice=True),
)

LINES = tuple(
    step for module in (savings_lines, sharing_lines, loss_lines, payment_lines) for step in module.SHEET.lines
)
LINE_NAMES = frozenset(step.name for step in LINES)

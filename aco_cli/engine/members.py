"""What figures are by: periods, Medicare's enrollment types, and the domains of quality, in the order CMS adds them."""

from collections.abc import Mapping

# As the files write them, and as people do. Sums of floats depend on their order (CMS methodology v11, 3.2).
ENROLLMENT_TYPES: Mapping[str, str] = {
    "esrd": "ESRD",
    "disabled": "disabled",
    "aged-dual": "aged/dual",
    "aged-nondual": "aged/non-dual",
}
TYPES = tuple(ENROLLMENT_TYPES)
DOMAINS: Mapping[str, str] = {
    "patient_experience": "patient experience",
    "care_coordination": "care coordination",
    "preventive_health": "preventive health",
    "at_risk": "at-risk population",
}
AXES: Mapping[str, Mapping[str, str]] = {"type": ENROLLMENT_TYPES, "domain": DOMAINS}
PERIODS = ("by1", "by2", "by3", "py")
BENCHMARK_YEARS = PERIODS[:3]
EARLIER = PERIODS[:2]

"""Quality: measure rates to points, domains, scores; what explains a published score or is worth a cut point."""

"""Quality: measure rates to points, domains and scores; what explains a published score; what a next cut is worth."""

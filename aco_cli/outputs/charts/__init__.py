"""Charts of settled ACOs. What colour says, a shape, a label or a place says too."""

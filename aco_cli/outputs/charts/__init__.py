"""Charts of settled ACOs. What color says, a shape, a label or a place says too."""

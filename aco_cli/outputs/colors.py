"""The colors of pages, charts and the charts of workbooks."""

# Each color by the name that a page may give a color of its own for dark screens.
COLORS = {
    "ink": "#1f2933",
    "muted": "#52606d",
    "grid": "#d9dee4",
    "band": "#bcc7d2",
    "blue": "#1f5fa8",
    "orange": "#b35900",
    "green": "#2b7a3d",
    "red": "#a8323e",
    "paper": "#fffffe",
}
INK, MUTED, GRID, BAND, BLUE, ORANGE, GREEN, RED, PAPER = COLORS.values()

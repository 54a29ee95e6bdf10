UNKNOWN = "–"
def format_duration(ms):
    if ms is None: return UNKNOWN
    m, s = divmod(ms // 1000, 60)
    return f"{m}:{s:02d}"
def format_credits(c):
    return UNKNOWN if c is None else f"{c:.2f}"

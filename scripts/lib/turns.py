"""What the benchmarks have in common: candidates in turn, and lines of a table."""

import statistics


def in_turn(candidates, rounds, warm_up=3, after=lambda: None):
    """Medians of several candidates; all of them in each round, so that what disturbs one disturbs all."""
    results = [[] for _ in candidates]
    for one_round in range(rounds + warm_up):
        for candidate, times in zip(candidates, results):
            took = candidate()
            if one_round >= warm_up:
                times.append(took)
        after()
    return [statistics.median(times) for times in results]


def line(label, took, yardstick=None, bar=None):
    text = f"  {label:<36}{took:9.2f} ms"
    if yardstick:
        text += f"{took / yardstick:8.2f}"
    if bar:
        text += f"   (bar {bar}: {'met' if took <= bar * yardstick else 'MISSED'})"
    print(text, flush=True)

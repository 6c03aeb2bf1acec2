"""What came of the services, once more and slowly: resolution, feedback, estimates in plain Python (as oracle.py)."""

from collections import defaultdict
from typing import Any

from tests.reports.oracle import groups, lasted, mean, services, share, told


def resolution(bodies: list[bytes]) -> list[dict[str, Any]]:
    found = list(services(told(bodies)).values())
    sent_on = {one.queued.data["visit"] for one in found if one.outcome == "transferred"}
    rows = []
    for (provider, service), every in groups([one for one in found if one.outcome == "served"]).items():
        ends = [(one.queued.data["visit"], one.events[-1].data) for one in every]
        first = sum(data["resolution"] == "first_contact" and visit not in sent_on for visit, data in ends)
        guided = sum(data["guidance"] in {"e_channel_shown", "e_channel_assisted"} for _, data in ends)
        rows.append({
            "provider": provider, "service": service, "served": len(every), "first_contact": first,
            "first_contact_share": share(first, len(every)), "guided": guided,
            "guided_share": share(guided, len(every)),
        })  # fmt: skip
    return rows


def feedback(bodies: list[bytes]) -> list[dict[str, Any]]:
    events = told(bodies)
    ended = sum(event.name == "visit.ended" for event in events)
    scores: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for event in events:
        if event.name == "feedback.given":
            for provider in (event.data["provider"], None):
                scores[provider, event.data["question"]].append(event.data["score"])
    return [
        {"provider": provider, "question": question, "answers": len(given), "mean_score": sum(given) / len(given),
         **{f"score_{n}": given.count(n) for n in range(1, 6)}, "response_share": share(len(given), ended)}
        for (provider, question), given in scores.items()
    ]  # fmt: skip


def estimates(bodies: list[bytes]) -> list[dict[str, Any]]:
    events = told(bodies)
    found = services(events)
    told_then = {e.id: e.data["estimate"] for e in events if e.name == "ticket.issued" and e.data["estimate"]}
    rows = []
    for (provider, service), every in groups([one for id_, one in found.items() if id_ in told_then]).items():
        losses: dict[str, list[float]] = {"p50": [], "p80": []}
        held = {"p50": 0, "p80": 0}
        for one in every:
            called = one.one("called")
            wait = lasted(one.queued, called) if called else None
            if wait is None:
                continue
            for name, q in (("p50", 0.5), ("p80", 0.8)):
                late = wait - told_then[one.queued.id][f"{name}_s"]
                losses[name].append(q * late if late > 0 else (q - 1) * late)
                held[name] += late <= 0
        count = len(losses["p50"])
        rows.append({
            "provider": provider, "service": service, "promised": len(every), "called": count,
            "p50_pinball_s": mean(losses["p50"]), "p80_pinball_s": mean(losses["p80"]),
            "p50_coverage_share": share(held["p50"], count), "p80_coverage_share": share(held["p80"], count),
        })  # fmt: skip
    return rows

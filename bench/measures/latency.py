"""How long a check takes as load grows, and how much is answered over how many connections."""

from bench.load import closed_loop, connections, open_loop
from bench.measures.requests import CONNECTIONS, Running, running
from bench.rows import Curve, Measured, Row
from bench.seeding import CHECK_WRONG
from bench.session import Session

_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
_WRONG_ANSWERS = 4
"""Each verification is answered so often: one more and its customer is locked."""


async def measure_latency(session: Session) -> Measured:
    seconds, counts = (1.0, (1, 16, 64)) if session.quick else (5.0, (1, 2, 4, 8, 16, 32, 64, 128, 256))
    async with running(session, "latency", session.some(60_000), "--api-only", opened_before=True) as run:
        requests = _Requests(run)
        throughput = []
        progress = session.progress("connections", len(counts))
        for done, count in enumerate(counts, 1):
            async with connections(run.product.port, count) as opened:
                sent = requests.take(min(200 * count, session.some(8_000)))
                answers = await closed_loop(opened, sent)
            answers.must_be(200)
            throughput.append((float(count), answers.per_second))
            progress(done)
        saturation = max(rate for _, rate in throughput)
        percentiles: dict[str, list[tuple[float, float]]] = {"p50": [], "p99": []}
        progress = session.progress("loads", len(_SHARES))
        async with connections(run.product.port, CONNECTIONS) as opened:
            for done, share in enumerate(_SHARES, 1):
                rate = saturation * share
                answers = await open_loop(opened, requests.take(int(rate * seconds)), rate)
                answers.must_be(200)
                for name, points in percentiles.items():
                    points.append((rate, answers.percentile(int(name[1:]))))
                progress(done)
    half = _SHARES.index(0.5)
    p50, p99 = percentiles["p50"][half][1], percentiles["p99"][half][1]
    return Measured(
        [
            Row("p99 of check at half of saturation", p99 / p50, "×", 3.0, compared_with="its p50",
                details={"p50 ms": round(p50, 2), "p99 ms": round(p99, 2), "saturation per second": round(saturation)}),
        ],
        {
            "throughput": Curve(
                "Checks a second over connections", "connections", "checks a second", {"check": throughput}, True
            ),
            "latency": Curve("Latency of a check as load grows", "checks a second", "ms", percentiles),
        },
    )  # fmt: skip


class _Requests:
    """Wrong answers, never five to one customer."""

    def __init__(self, run: Running) -> None:
        self._waiting = run.checks(CHECK_WRONG) * _WRONG_ANSWERS

    def take(self, count: int) -> list[bytes]:
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        if len(taken) < count:
            raise RuntimeError("the machine answers more than was prepared")
        return taken

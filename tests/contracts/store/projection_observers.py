"""Who is told of what a projection counts."""


class Told:
    """`ProjectionObserver` that remembers."""

    def __init__(self) -> None:
        self.opened_ = 0
        self.closed_: list[tuple[str, str, str]] = []
        self.took_: list[str] = []

    def opened(self, method: str) -> None:
        self.opened_ += 1

    def closed(self, method: str, status: str, reason: str) -> None:
        self.closed_.append((method, status, reason))

    def delivered(self, method: str, carrier: str, state: str, reason: str) -> None: ...

    def took(self, latency: str, method: str, carrier: str, milliseconds: int) -> None:
        self.took_.append(latency)

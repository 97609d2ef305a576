"""What ligo-gracedb has and this face of the client leaves out, with the reason."""

from __future__ import annotations

from typing import Mapping

__all__ = ["OMITTED"]

OMITTED: Mapping[str, str] = {
    "create_kafka_producer": (
        "uploads over Kafka need confluent-kafka and a broker; events are uploaded over HTTP"
    ),
}

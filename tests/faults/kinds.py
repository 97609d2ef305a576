"""What can happen to a request and to its answer, by name."""

from __future__ import annotations

from typing import Dict

from .proxy import PASS, Answer, Exchange, Fault

__all__ = ["FAULTS"]


def delayed(exchange: Exchange) -> None:
    exchange.wait(0.1)
    PASS(exchange)


def dribbled(exchange: Exchange) -> None:
    whole = exchange.forward().spelled()
    for start in range(50):
        exchange.send(whole[start : start + 1])
    exchange.send(whole[50:])


def interim(status: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.send(f"HTTP/1.1 {status}\r\nLink: </style.css>\r\n\r\n".encode())
        PASS(exchange)

    return fault


def reset_unforwarded(exchange: Exchange) -> None:
    exchange.reset()


def reset_forwarded(exchange: Exchange) -> None:
    exchange.forward()
    exchange.reset()


def closed_forwarded(exchange: Exchange) -> None:
    exchange.forward()
    exchange.close()


def stalled_unforwarded(exchange: Exchange) -> None:
    exchange.stall()


def stalled_forwarded(exchange: Exchange) -> None:
    exchange.forward()
    exchange.stall()


def stalled_in_head(exchange: Exchange) -> None:
    exchange.send(exchange.forward().filled.spelled()[:40])
    exchange.stall()


def stalled_in_body(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    exchange.send(answer.spelled()[: -len(answer.body) // 2])
    exchange.stall()


def dribbled_for_ever(exchange: Exchange) -> None:
    exchange.send(exchange.forward().filled.head("Content-Length: 100000"))
    exchange.dribble(b" " * 100_000)


def cut_with_length(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    exchange.send(answer.spelled()[: -len(answer.body) // 2])
    exchange.close()


def cut_without_length(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    exchange.send(answer.head("Connection: close") + answer.body[: len(answer.body) // 2])
    exchange.close()


def cut_in_chunk(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    size = f"{len(answer.body):x}\r\n".encode()
    half = answer.body[: len(answer.body) // 2]
    exchange.send(answer.head("Transfer-Encoding: chunked") + size + half)
    exchange.close()


def broken_chunk_header(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    end = max(1, len(answer.body) - 20)
    first, rest = answer.body[:end], answer.body[end:]
    size = f"{len(first):x}\r\n".encode()
    chunks = size + first + b"\r\n~~\r\n" + rest + b"\r\n0\r\n\r\n"
    exchange.send(answer.head("Transfer-Encoding: chunked") + chunks)
    exchange.close()


def cut_gzip(exchange: Exchange) -> None:
    answer = exchange.forward().zipped
    exchange.send(answer._replace(body=answer.body[: len(answer.body) // 2]).spelled())


def damaged_gzip(exchange: Exchange) -> None:
    answer = exchange.forward().zipped
    checksum = bytes(each ^ 0xFF for each in answer.body[-8:-4])
    exchange.send(answer._replace(body=answer.body[:-8] + checksum + answer.body[-4:]).spelled())


def garbage(exchange: Exchange) -> None:
    exchange.forward()
    exchange.send(b"\x16\x03\x01 what is this\r\n\r\n")
    exchange.close()


def half_json(exchange: Exchange) -> None:
    answer = exchange.forward().filled
    exchange.send(answer._replace(body=answer.body[: len(answer.body) // 2]).spelled())


def web_page(exchange: Exchange) -> None:
    exchange.forward()
    page = b"<html><title>Log in</title></html>"
    exchange.send(Answer(200, "OK", [("Content-Type", "text/html")], page).spelled())


def answered(status: int, *headers: str, acts: bool = False) -> Fault:
    def fault(exchange: Exchange) -> None:
        if acts:
            exchange.forward()
        lines = [(name, value) for name, _, value in (each.partition(": ") for each in headers)]
        lines.append(("Content-Type", "application/json"))
        exchange.send(Answer(status, "No", lines, b'{"detail": "not now"}').spelled())

    return fault


SOON = "Retry-After: 0"

#: By name; those after which the server has acted all the same are in `expected.ACTED`.
FAULTS: Dict[str, Fault] = {
    "a delay": delayed,
    "a byte at a time": dribbled,
    "100 first": interim("100 Continue"),
    "103 first": interim("103 Early Hints"),
    "reset before it was passed on": reset_unforwarded,
    "reset after it was passed on": reset_forwarded,
    "closed after it was passed on": closed_forwarded,
    "no answer, never passed on": stalled_unforwarded,
    "no answer": stalled_forwarded,
    "a head that stalls": stalled_in_head,
    "a body that stalls": stalled_in_body,
    "a body that dribbles for ever": dribbled_for_ever,
    "a body cut short": cut_with_length,
    "a body cut short, without length": cut_without_length,
    "a body cut in a chunk": cut_in_chunk,
    "a broken chunk": broken_chunk_header,
    "gzip cut short": cut_gzip,
    "gzip damaged": damaged_gzip,
    "no HTTP": garbage,
    "half of the JSON": half_json,
    "a web page": web_page,
    "408": answered(408),
    "409": answered(409),
    "429": answered(429),
    "429 with Retry-After": answered(429, SOON),
    "500": answered(500),
    "502": answered(502),
    "503": answered(503),
    "503 with Retry-After": answered(503, SOON),
    "504": answered(504),
    "504 with Retry-After": answered(504, SOON),
    "408 after it was done": answered(408, acts=True),
    "409 after it was done": answered(409, acts=True),
    "500 after it was done": answered(500, acts=True),
    "502 after it was done": answered(502, acts=True),
    "503 after it was done": answered(503, acts=True),
    "504 after it was done": answered(504, acts=True),
    "504 with Retry-After after it was done": answered(504, SOON, acts=True),
}

"""Who may ask, by HTTP? Nobody with a body without end: it is read piece by piece, up to a size and for a time."""

import asyncio

from fastapi import HTTPException, Request

BODY_WITHIN_S = 30.0


async def read_body(request: Request, what: str, *, at_most: int) -> bytes:
    """The body, read piece by piece: what the sender says of its length is believed only when it is too long."""
    too_long = HTTPException(413, f"{what} may have {at_most} bytes")
    said = request.headers.get("content-length", "0")
    if said.isdecimal() and (len(said) > 15 or int(said) > at_most):
        raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for piece in request.stream():
                body += piece
                if len(body) > at_most:
                    raise too_long
    except TimeoutError:
        raise HTTPException(408, f"the body must arrive within {BODY_WITHIN_S:.0f} s") from None
    return bytes(body)

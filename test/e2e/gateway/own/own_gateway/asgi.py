"""Answers /ok with 204 and everything else with what the process was given, but for secrets; badly, where it is told to."""

import asyncio
import json
import os

if os.environ.get("OWN_DOES_NOT_START"):
    raise RuntimeError("it was told not to start")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await asyncio.sleep(float(os.environ.get("OWN_SECONDS", "0")))
    status, body = (204, b"") if scope["path"] == "/ok" else (200, json.dumps(shown()).encode())
    if os.environ.get("OWN_FAILS") and scope["path"] != "/ok":
        status = 500
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


def shown():
    return {name: os.environ.get(name) for name in ("RELEASE", "MAX_QUERY_LENGTH", "GATEWAY_PORT")} | {
        "key": len(os.environ.get("API_KEY", ""))
    }

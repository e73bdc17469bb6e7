"""The floors of the intake benchmarks: bare FastAPI handlers that insert and find a case document through Motor."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import bson
import orjson
from fastapi import FastAPI, Response
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern


def create_app() -> FastAPI:
    """MONGO_URI and FLOOR_DOCUMENT (a BSON file with a real case document) come from the environment."""
    template: dict[str, Any] = bson.decode(Path(os.environ["FLOOR_DOCUMENT"]).read_bytes())
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(os.environ["MONGO_URI"])
        concern = WriteConcern(w="majority", j=True, wtimeout=5000)
        state["cases"] = client["janseva_floor"].get_collection("cases", write_concern=concern)
        state["intakes_cases"] = client["janseva_intake"].get_collection("cases", read_concern=ReadConcern("majority"))
        yield
        client.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/complaints", status_code=202)
    async def file(_body: dict[str, Any]) -> dict[str, str]:
        case_id = uuid.uuid4().hex
        await state["cases"].insert_one({**template, "_id": case_id})
        return {"case_id": case_id}

    @app.get("/v1/complaints/{tracking_number}")
    async def status(tracking_number: str) -> Response:
        found = await state["intakes_cases"].find_one({"tracking_number": tracking_number})
        return Response(orjson.dumps(found, default=str), media_type="application/json")

    return app

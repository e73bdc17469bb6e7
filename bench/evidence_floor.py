"""The floor of the evidence benchmark: a bare FastAPI handler that writes the file of a form into GridFS by Motor."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, UploadFile
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pymongo import WriteConcern


def create_app() -> FastAPI:
    """MONGO_URI comes from the environment."""
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(os.environ["MONGO_URI"])
        concern = WriteConcern(w="majority", j=True, wtimeout=5000)
        state["bucket"] = AsyncIOMotorGridFSBucket(client["janseva_floor"], write_concern=concern)
        yield
        client.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/evidence", status_code=201)
    async def upload(file: UploadFile) -> dict[str, str]:
        written = await state["bucket"].upload_from_stream(file.filename or "", await file.read())
        return {"evidence_id": str(written)}

    return app

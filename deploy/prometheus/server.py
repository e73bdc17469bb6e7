"""A real Prometheus with the project's own configuration, pointed at other ports and with a shorter breath."""

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml

from chassis.settings import load_yaml
from janseva_local.ports import free_port

CONFIG = Path(__file__).resolve().parent
READY_WITHIN_S = 30.0


class PrometheusServer:
    """`targets` gives each job of deploy/prometheus/prometheus.yml the addresses where it runs now."""

    def __init__(self, folder: Path, targets: Mapping[str, Sequence[str]], *, every: str = "1s") -> None:
        self._folder = folder
        self._targets = targets
        self._every = every
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{free_port()}"

    async def start(self) -> None:
        binary = shutil.which("prometheus")
        if binary is None:
            raise FileNotFoundError("prometheus")
        self._write_configuration()
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                binary,
                f"--config.file={self._folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self._folder / 'data'}",
                f"--web.listen-address={self.url.removeprefix('http://')}",
                stdout=log,
                stderr=log,
            )
        try:
            await asyncio.wait_for(self._ready(), READY_WITHIN_S)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def query(self, expr: str, at: float | None = None) -> list[dict[str, Any]]:
        """The instant vector of an expression, now or `at`. RuntimeError with Prometheus' own sentence if refused."""
        return await self._get("/api/v1/query", {"query": expr} | ({} if at is None else {"time": at}), "result")

    async def query_range(self, expr: str, start: float, end: float, step: float = 1) -> list[dict[str, Any]]:
        """The series of an expression, as a panel would draw them; `step` in seconds."""
        wanted = {"query": expr, "start": start, "end": end, "step": step}
        return await self._get("/api/v1/query_range", wanted, "result")

    async def rule_faults(self) -> list[str]:
        """Rules whose last evaluation failed, or that were not evaluated yet."""
        groups = await self._get("/api/v1/rules", {}, "groups")
        rules = [rule for group in groups for rule in group["rules"]]
        return [
            f"{rule['name']}: {rule.get('lastError') or rule['health']}" for rule in rules if rule["health"] != "ok"
        ]

    async def _get(self, path: str, params: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
            answer = (await client.get(path, params=dict(params))).json()
        if answer["status"] != "success":
            raise RuntimeError(f"{answer['error']}: {json.dumps(dict(params))}")
        found: list[dict[str, Any]] = answer["data"][key]
        return found

    async def _ready(self) -> None:
        async with httpx.AsyncClient(base_url=self.url) as client:
            while not await _is_ready(client):
                if self._process is not None and self._process.returncode is not None:
                    raise RuntimeError((self._folder / "prometheus.log").read_text(encoding="utf8")[-2000:])
                await asyncio.sleep(0.1)

    def _write_configuration(self) -> None:
        config = load_yaml(CONFIG / "prometheus.yml")
        config["global"] = {
            "scrape_interval": self._every,
            "scrape_timeout": self._every,
            "evaluation_interval": self._every,
        }
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": list(self._targets[job["job_name"]])}]
        rules = load_yaml(CONFIG / "rules.yaml")
        for group in rules["groups"]:
            group["interval"] = self._every
        (self._folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf8")
        (self._folder / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf8")


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/-/ready")).status_code == 200
    except httpx.TransportError:
        return False

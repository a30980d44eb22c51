"""The machine that figures were measured on, and how busy it was."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pysqlite3


def described() -> list[str]:
    """Processor, memory, versions, and the load of the last minute: a busy machine makes all figures worse alike."""
    model = _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = _line("/proc/meminfo", "MemTotal").split()
    gigabytes = f", {int(memory[0]) // 2**20} GB" if memory else ""
    processors = len(os.sched_getaffinity(0))
    return [
        f"{model}, {processors} processors{gigabytes}; {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {pysqlite3.sqlite_version}; load before the start {os.getloadavg()[0]:.1f}",
    ]


def _line(file: str, name: str) -> str:
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")

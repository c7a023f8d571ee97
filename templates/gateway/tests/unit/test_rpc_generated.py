"""The generated modules of gRPC are those of the proto."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("search_pb2.py", "search_pb2.pyi", "search_pb2_grpc.py")


def test_generated_modules_are_current(tmp_path: Path) -> None:
    protoc = pytest.importorskip("grpc_tools.protoc")
    out = str(tmp_path)
    arguments = ["protoc", f"-I{ROOT}", f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}"]
    assert protoc.main([*arguments, str(ROOT / "gateway/rpc/search.proto")]) == 0
    for name in GENERATED:
        made = (tmp_path / "gateway/rpc" / name).read_text()
        assert made == (ROOT / "gateway/rpc" / name).read_text(), f"{name}: generate it anew"

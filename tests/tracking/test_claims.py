"""Claims of a store in a file, where the file system lets no lock be kept."""

from __future__ import annotations

from pathlib import Path

from nnexp.tracking.claims import FileClaims


def test_where_no_file_can_be_made_a_claim_is_granted_and_given_up(tmp_path: Path) -> None:
    claims = FileClaims(tmp_path / "none" / "mlflow.db-claims")
    assert claims.take("a")
    assert not claims.take("a")
    claims.let_go("a")
    assert claims.take("a")

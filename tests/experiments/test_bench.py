import pytest
from typer.testing import CliRunner

from nnexp.cli import console
from nnexp.cli.main import app


@pytest.fixture(autouse=True)
def _fresh_consoles():
    for one in (console.out, console.err):
        one.cache_clear()
    yield
    for one in (console.out, console.err):
        one.cache_clear()


def test_shows_both_speeds_and_their_ratio():
    arguments = ["bench", "--hidden", "5", "--rounds", "1", "--limit", "50"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    (row,) = [line.split() for line in result.output.splitlines() if line.startswith("784-5-10")]
    assert len(row) == 4
    assert "medians of 1 round," in result.output

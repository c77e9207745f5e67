import json

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


def test_shows_each_speed_and_its_ratio():
    arguments = ["bench", "--hidden", "5", "--rounds", "1", "--limit", "50"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    (row,) = [line.split() for line in result.output.splitlines() if line.startswith("784-5-10")]
    assert row[:2] == ["784-5-10", "10"]
    assert len(row) == 9  # the loop's seconds, and three times seconds and a ratio
    assert "medians of 1 round," in result.output


def test_is_told_to_a_program():
    arguments = ["bench", "--hidden", "5", "--batch", "1", "--rounds", "1", "--limit", "50", "--json"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    (one,) = json.loads(result.stdout)
    assert (one["hidden"], one["batch_size"]) == (5, 1)
    assert one["ratios"]["compiled"] > 0

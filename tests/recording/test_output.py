"""What is kept of what a run prints."""

import re
from pathlib import Path

from nnexp.recording.folder import RunFolder
from nnexp.recording.output import FIRST, LAST, MOST


def test_an_output_is_kept_whole(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.add_output("one\n")
    folder.add_output("two, half a character: \ud800\n")
    assert folder.file("output.txt").read_text() == "one\ntwo, half a character: \\ud800\n"


def test_of_too_much_the_middle_is_cut_out_and_counted(tmp_path: Path) -> None:
    folder, lines = RunFolder(tmp_path), [f"{number:>999}\n" for number in range(40_000)]
    for start in range(0, len(lines), 100):
        folder.add_output("".join(lines[start : start + 100]))
    kept = folder.file("output.txt").read_text()
    assert FIRST + LAST <= len(kept) <= MOST
    assert kept.startswith("".join(lines[:4000]))
    assert kept.endswith("".join(lines[-2000:]))
    [gone] = re.findall(r"\n\[nnexp cut out (\d+) bytes here\]\n", kept)
    assert int(gone) + len(re.sub(r"\n\[nnexp.*\]\n", "", kept)) == 1000 * 40_000

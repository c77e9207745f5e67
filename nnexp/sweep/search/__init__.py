"""Search beyond grids: a study that asks for points, as a source of runs like any other."""

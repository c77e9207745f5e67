"""The systems that nnexp descends from: published figures beside ours."""

"""What a run came to, as pictures of a few kilobytes, drawn in a few milliseconds. Knows numbers, and no runs."""

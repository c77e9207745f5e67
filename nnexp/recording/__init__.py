"""The one writer: from events to a run's folder and its record, and setting the record straight."""

"""One run's life: config -> seed -> training -> events -> a folder and a record."""

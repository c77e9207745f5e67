"""What is trained: the protocol of a task, seeding, and the tasks that ship."""

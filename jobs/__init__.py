"""Background work: the queue's client face for pages, the worker, and one file a kind of job."""

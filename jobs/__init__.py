"""Background work: the queue's face for pages, the worker process, and one file a kind of job."""

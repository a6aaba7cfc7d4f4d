"""What client and worker both know of a job: its folder, state, kind and steps."""

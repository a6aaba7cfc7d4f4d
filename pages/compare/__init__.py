"""The Compare page: two tuned models judged on the same instructions."""

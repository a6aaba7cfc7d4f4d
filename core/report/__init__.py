"""Paper mode: each result of arXiv 2307.06290 rebuilt from the user's own runs, beside what the paper found."""

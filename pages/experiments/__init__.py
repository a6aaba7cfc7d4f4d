"""The Experiments page: tune on candidate sets and compare their losses."""

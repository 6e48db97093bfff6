"""The benches: each sets its own stage, measures, and compares with the bare limit."""

//! Scenarios live in `tests/it`.

//! Stories told to the real binaries; they stand in `it/`.

//! Service health by the program.

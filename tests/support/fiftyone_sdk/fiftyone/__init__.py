"""A stand-in for FiftyOne Enterprise's package, for tests: only the documented management calls."""

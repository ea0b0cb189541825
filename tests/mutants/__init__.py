"""Small changes of the engine that some test has to notice, drawn at random."""

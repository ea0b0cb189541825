"""Shadow mode: an entry reads, decides and shows everything, and sends and writes nothing."""

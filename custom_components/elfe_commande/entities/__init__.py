"""What entities share: their bases, one set-up for every platform, the runs of a home."""

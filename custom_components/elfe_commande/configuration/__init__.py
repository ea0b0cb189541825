"""What a config entry holds: forms, checks, the import of the reference's file, typed readers."""

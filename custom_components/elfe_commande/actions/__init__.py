"""The actions by subject, and whom they are about."""

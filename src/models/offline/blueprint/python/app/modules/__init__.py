"""What the application is about: every file here declares some kinds of records in its list COLLECTIONS."""

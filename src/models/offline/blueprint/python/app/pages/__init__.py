"""The pages people see, written by the server without any script."""

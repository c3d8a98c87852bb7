"""Abilities a kind of record can have beyond its fields; a module names the ones it uses."""

"""Pure: values in, values out. No clock, no database, no network."""

"""Opening hours as OpenStreetMap and carriers write them, read into days and minutes."""

"""Thin: read the request, call one flow, show the answer."""

"""The catalogue: a document in parts, its versions, and the objects built from them."""

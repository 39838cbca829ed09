"""One use case per function, named as the contracts name it."""

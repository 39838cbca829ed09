"""Files to and from customers."""

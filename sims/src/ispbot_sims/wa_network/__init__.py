"""A stand-in for WhatsApp: the network, the customers' phones and a page to be any of them."""

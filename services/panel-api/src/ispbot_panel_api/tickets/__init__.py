"""OmniChat: queue, conversation, actions."""

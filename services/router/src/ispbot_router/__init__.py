"""The conversation with the bot: modes, menus, actions, hand-over."""

"""The provider that needs no key and no network: patterns and rules for what customers of an ISP write."""

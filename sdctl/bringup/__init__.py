"""Bring-up: from a bundle to a stack that is proven ready, and down again."""

"""The instrument checks itself: broken systems it must catch, sound ones it must pass."""

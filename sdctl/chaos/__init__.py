"""One fault from baseline to verdict: written down, injected, watched, healed, judged."""

"""What happened, from records alone: ledger, audit, outage, verdict, trials."""

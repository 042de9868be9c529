"""What runs a stack: the contract, and one folder for each target."""

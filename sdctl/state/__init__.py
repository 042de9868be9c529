"""What is: a stack, who holds it, what its nodes say of themselves."""

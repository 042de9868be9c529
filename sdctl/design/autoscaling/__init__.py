"""How many replicas a tier should have: Kubernetes' HorizontalPodAutoscaler, each step as data."""

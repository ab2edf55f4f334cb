"""Background work: who may do it, and how it is started and stopped. It knows nothing of news."""

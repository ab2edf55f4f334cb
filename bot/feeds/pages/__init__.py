"""Web pages of articles to text: what a page declares, what it shows, and the process that reads it."""

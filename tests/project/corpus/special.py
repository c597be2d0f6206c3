"""What cannot lie in a repository: bombs, links, compiled files, and names that lead elsewhere."""

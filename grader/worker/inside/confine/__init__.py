"""The walls, one file each; `worker` puts them up around one worker."""

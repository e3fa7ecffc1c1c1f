"""What happens without a request: compaction, crash detection, garbage collection."""

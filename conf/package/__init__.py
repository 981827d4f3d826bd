"""What spark-submit needs to run harmnet on a cluster, put together in build/package."""

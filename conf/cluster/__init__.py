"""HDFS and YARN on one machine: the four daemons as plain processes, from conf/hadoop. Standard library only."""

"""The SQL service: Spark's Thrift Server over the `pub_` views of a lake, for people who log in.

`serving` is its process, `process` starts and stops that, `users` its users file, `catalogue` its views, `grants` what
a role is shown of them, `readings` what it writes into access_log, `classes` its Java part (`java/`): passwords, what
a statement may say, what a plan may read.
"""

"""How a network would best be taken apart: whom to remove, in which order, and how far that is from the best there is.

A kernel on arrays, without Spark. A plan is advice on where effort would count most; it never decides about a person.
"""

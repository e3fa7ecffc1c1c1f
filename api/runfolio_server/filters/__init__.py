"""The filter language and the order of lists: text → tree → SQL with bound values. Pure; beside domain, below sql.

parse.py reads filters, order.py reads an order; compile.py and order_sql.py make SQL of them; cursor.py signs a place
in the list. Which fields there are is an argument (field_table.py): run_fields.py for runs. What the language means is
told in api/README.md, and tests hold that page and these tables together.
"""

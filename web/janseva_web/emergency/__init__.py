"""A call for help in writing: it always goes out, and when it cannot, the page says so and offers the telephone."""

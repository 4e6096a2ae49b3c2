"""What `./run` needs to set the project up; no part of the product."""

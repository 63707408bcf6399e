"""Similarity queries and nearest-neighbour search over keyed vectors."""

"""A report as files for people and machines: HTML, JUnit XML, pictures."""

"""The formats of the fabric: its sizes, frames, tables, records and packed trits."""

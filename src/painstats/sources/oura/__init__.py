"""Oura: the trends CSV, the CSVs of the data export, and JSON with the keys of API version 2."""

"""The zoo: small trained models in the folder `models/`, and how their files look."""

"""The float dialect: what front ends build and the passes turn into integer operators."""

"""What tests share, and where to look.

draw            random integers and weights
networks        small Brevitas networks of each kind of quantizer
faithful        a captured module against the user's own, vector by vector
real_files      files by others, where they are there
reports         reports to spoil
fake_fabric     a network of two layers on a fabric that is made up: right, or wrong in one place
matrix/         networks, quantizers and proofs of the structures in tests/matrix
onnx/           graphs of ONNX: sound, broken, proven
plans/          networks and plans of the planner's tests, run step by step or on a model
"""

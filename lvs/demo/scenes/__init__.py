"""The scenes of the demo: each takes a stage and returns what draws its frames."""

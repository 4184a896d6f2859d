"""Named misbehaviours."""

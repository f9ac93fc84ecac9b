"""Fixed points of activations: states that go on at a rate under which activations stay as they are."""

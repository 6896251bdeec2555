"""How long parcels are on their way, learnt from a carrier's own history."""

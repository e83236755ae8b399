"""What every test shares: the settings of the property tests."""

from hypothesis import settings

# A busy machine is no finding: examples are judged by what they show, never by the wall clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

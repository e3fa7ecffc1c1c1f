"""The words of generated display names."""

from __future__ import annotations

from typing import Final

ADJECTIVES: Final = tuple(
    """amber ample ardent balmy bold brave breezy bright brisk calm candid clear clever cosy crisp dapper daring dawn
    deep eager earnest easy fair fancy fleet fluent fond fresh gentle glad golden grand happy hardy honest humble jolly
    keen kind lively lucid lunar mellow merry mild misty neat noble polar prime proud quiet rapid rosy royal rustic
    serene sharp silver smooth snowy solar sound spry steady still sturdy sunny swift tidy tranquil true upbeat vivid
    warm wise witty young zesty""".split()
)

NOUNS: Final = tuple(
    """acorn badger bay birch brook canyon cedar cliff cloud comet coral cove creek crane dale delta dew dune eagle
    ember falcon fern field fjord flame forest fox galaxy garden glade grove harbor hawk heron hill island jay lagoon
    lake lark leaf lynx maple marsh meadow meteor moon moss mountain oak ocean orchid otter owl pebble pine plain planet
    pond prairie quartz rain raven reef ridge river robin sage sea shore sky snow spring star stone stream summit sun
    sunset swan thicket thunder tide trail tree valley violet wave willow wind wren""".split()
)

"""A phone network in a box: what a rehearsal, a demo and the story tests have instead of a carrier.

The simulator stands in for Twilio. It meets the line over HTTP and nowhere else: it answers Twilio's REST
API, and it calls the line's webhooks with Twilio's signature. People drive it through a page of phones, tests
through the JSON control API under ``/sim``. It never imports the line, and the line never imports it.

``README.md`` beside this file is the map.
"""

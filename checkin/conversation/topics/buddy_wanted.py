"""Could you be a buddy to somebody? A no needs no reason, and nobody is told who said it."""

from checkin.conversation.proposals import proposal

TOPIC = proposal("buddy_wanted")

-- When Twilio sent a message, of what its Messages API reports: a message that nothing else
-- reported counts in the hour in which it was sent, not in the one in which it was read.

  ALTER TABLE events ADD COLUMN sent_at INTEGER;

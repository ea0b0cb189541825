"""What has to be said twice is said alike: manifest, texts, icons, actions, rules."""

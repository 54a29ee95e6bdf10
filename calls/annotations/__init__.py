"""What people add to calls: notes, tags and stars."""

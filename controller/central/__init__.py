"""The reference central system, a process of its own: takes the events of many points, sends commands back."""

"""The real devices and their simulated twins. A driver knows `controller.ports` and nothing else of the controller."""

from tests.hooks import hooks

__all__ = ["hooks"]

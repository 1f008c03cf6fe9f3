from dataclasses import dataclass


@dataclass
class Square:
    """As wide as it is high."""
    width: float      # in metres

    def scaled(self, scale):
        """A square with sides that are `scale` times as long."""
        if scale < 0: raise ValueError(f"{scale = }")
        return Square(self.width * scale)

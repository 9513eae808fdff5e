"""The wide frame: outcome and exposures by calendar date, within and between parts, and why days were left out."""

from painstats.frame.build import ModelFrameBuilt, build_model_frame
from painstats.frame.exposure import Exposure

__all__ = ["Exposure", "ModelFrameBuilt", "build_model_frame"]

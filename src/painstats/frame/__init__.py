"""The model frame: outcome and exposures by calendar date, within and between parts, and reasons for exclusion."""

from painstats.frame.build import ModelFrameBuilt, build_model_frame
from painstats.frame.exposure import Exposure

__all__ = ["Exposure", "ModelFrameBuilt", "build_model_frame"]

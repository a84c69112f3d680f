"""The float dialect from live Brevitas modules, whose ONNX exports are not always faithful."""

from tercet.frontends.brevitas import repair

repair.quant_cat()

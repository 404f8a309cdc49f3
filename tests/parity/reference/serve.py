"""Answers one JSON question a line on stdin with one JSON answer a line on stdout, until stdin ends.

A question names its module and function, {"ask": "towers.run", ...}; the rest are the function's keyword arguments. What is
large goes through safetensors files in the folder that the question names.
"""

import gc
import importlib
import json
import os
import sys
import traceback
import types
import warnings

# torchvision registers operators that nothing here needs and that a mismatched build refuses to register.
sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TRANSFORMERS_VERBOSITY="error")
warnings.filterwarnings("ignore")

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever a library prints is no answer

for line in sys.stdin:
    question = json.loads(line)
    try:
        module, function = question.pop("ask").split(".")
        answer = {"answer": getattr(importlib.import_module(module), function)(**question)}
    except Exception:
        answer = {"error": traceback.format_exc()}
    gc.collect()
    print(json.dumps(answer), file=answers, flush=True)
